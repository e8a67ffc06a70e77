using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>What a failed call means.</summary>
internal static class RpcFailures
{
    /// <summary>The leader that a node named instead of answering; null for every other failure.</summary>
    public static DnsEndPoint? Leader(this RpcException failure) =>
        failure.Kind() == "not-leader"
        && failure.Trailers.GetValue("leader-endpoint-host") is { Length: > 0 } host
        && int.TryParse(failure.Trailers.GetValue("leader-endpoint-port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new(host, port)
            : null;

    /// <summary>The server's own name for the failure, e.g. <c>stream-deleted</c>; null where it gave none.</summary>
    public static string? Kind(this RpcException failure) => failure.Trailers.GetValue("exception");

    /// <summary>Whether calling again, perhaps another node, may help.</summary>
    public static bool MayPass(this RpcException failure) => failure.Kind() == "not-leader"
        || failure.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal
            or StatusCode.Unknown or StatusCode.Aborted or StatusCode.Cancelled or StatusCode.ResourceExhausted;

    /// <summary>
    /// Whether a subscription has ended because events came faster than they were taken. Servers before 24.2 leave it to the reader
    /// to ask again from where it is; nothing is broken. They have no other word for it than this text.
    /// </summary>
    public static bool SaysTooSlow(this RpcException failure) =>
        failure.StatusCode == StatusCode.Aborted && failure.Status.Detail.Contains("Consumer too slow", StringComparison.Ordinal);

    /// <summary>Whether the call can have had no effect: the server was not reached, or refused it before looking at it.</summary>
    public static bool WasNeverTaken(this RpcException failure)
    {
        if (failure.Kind() is "not-leader" or "access-denied" || failure.StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.Unimplemented)
        {
            return true;
        }

        for (var cause = failure.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError })
            {
                return true;
            }
        }

        return false;
    }
}
