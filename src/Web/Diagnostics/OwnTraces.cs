using System.Diagnostics;

namespace RandomChat.Web.Diagnostics;

/// <summary>
/// A trace begins here: what a client says of one is not taken over, since it could make every request a recorded one, or
/// put its own marks into our traces.
/// </summary>
internal sealed class OwnTraces : DistributedContextPropagator
{

    public override IReadOnlyCollection<string> Fields => [];

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
        // Nothing that we ask, a hosted classifier say, needs to know our traces.
    }

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState) =>
        (traceId, traceState) = (null, null);

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}
