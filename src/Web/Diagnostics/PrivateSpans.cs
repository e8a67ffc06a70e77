using System.Collections.Frozen;
using System.Diagnostics;
using OpenTelemetry;

namespace RandomChat.Web.Diagnostics;

/// <summary>
/// Lets a span go out with what is known to name nobody, and with nothing else: addresses, paths (which may hold tokens),
/// user agents and messages of exceptions stay here, also those that a later framework thinks of.
/// </summary>
internal sealed class PrivateSpans : BaseProcessor<Activity>
{
    /// <summary>What is left of a span. <c>docs/metrics.md</c> lists it.</summary>
    public static readonly FrozenSet<string> Kept = FrozenSet.Create(
        "http.request.method", "http.response.status_code", "http.route", "error.type", "rpc.method", "rpc.service", "rpc.system",
        "randomchat.stream.category", "randomchat.events", "randomchat.projection", "randomchat.event");

    public override void OnEnd(Activity data)
    {
        foreach (var (name, _) in data.TagObjects.Where(tag => !Kept.Contains(tag.Key)).ToArray())
        {
            data.SetTag(name, null);
        }

        if (data.Source.Name != Application.Diagnostics.Tracing.Source && data.StatusDescription is not null)
        {
            data.SetStatus(data.Status);
        }
    }
}
