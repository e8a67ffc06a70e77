using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace RandomChat.Web.Realtime;

/// <summary>
/// A hub protocol whose calls bind leniently: a known method called with too many, too few or unreadable arguments
/// still arrives, without them, and is refused by the method itself with a code of the contract.
/// </summary>
public sealed class LenientHubProtocol(IHubProtocol inner) : IHubProtocol
{
    public string Name => inner.Name;

    public int Version => inner.Version;

    public TransferFormat TransferFormat => inner.TransferFormat;

    public bool IsVersionSupported(int version) => inner.IsVersionSupported(version);

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) => inner.GetMessageBytes(message);

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output) => inner.WriteMessage(message, output);

    public bool TryParseMessage(
        ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message)
    {
        if (!inner.TryParseMessage(ref input, binder, out message))
        {
            return false;
        }

        if (message is InvocationBindingFailureMessage failed && ParametersOf(failed.Target, binder) is { } parameters)
        {
            message = new InvocationMessage(failed.InvocationId, failed.Target, parameters);
        }

        return true;
    }

    /// <summary>One empty argument per parameter, or null where there is no such method.</summary>
    private static object?[]? ParametersOf(string target, IInvocationBinder binder)
    {
        try
        {
            return [.. binder.GetParameterTypes(target).Select(type => type == typeof(JsonElement) ? (object)default(JsonElement) : null)];
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or HubException)
        {
            return null;
        }
    }
}
