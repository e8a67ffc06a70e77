using System.Globalization;
using System.Text;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace RandomChat.StandIn;

/// <summary>Refuses callers without credentials, and those who want the leader where this is none.</summary>
internal sealed class Doorkeeper(StandInOptions options) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(request, context);
    }

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(requestStream, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(request, responseStream, context);
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Check(context);
        return continuation(requestStream, responseStream, context);
    }

    private void Check(ServerCallContext context)
    {
        var headers = context.RequestHeaders;
        if (options.Credentials is { } credentials
            && headers.GetValue("authorization") != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)))
        {
            throw new RpcException(new(StatusCode.Unauthenticated, ""));
        }

        if (options.Leader is { } leader
            && context.Method.StartsWith("/event_store.client.streams.", StringComparison.Ordinal)
            && headers.GetValue("requires-leader") == "true")
        {
            throw new RpcException(new(StatusCode.NotFound, $"Leader info available: {leader.Host}:{leader.Port}"), new Metadata
            {
                { "exception", "not-leader" },
                { "leader-endpoint-host", leader.Host },
                { "leader-endpoint-port", leader.Port.ToString(CultureInfo.InvariantCulture) },
            });
        }
    }
}
