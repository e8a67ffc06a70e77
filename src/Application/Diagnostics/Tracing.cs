using System.Diagnostics;

namespace RandomChat.Application.Diagnostics;

/// <summary>
/// The spans of this program. A span says which use case, stream category or projection; never who, and nothing that
/// somebody wrote. Without a listener, which is the default, starting one gives null and costs next to nothing.
/// </summary>
public static class Tracing
{
    public const string Source = "RandomChat";

    public static readonly ActivitySource Spans = new(Source);

    /// <summary>
    /// The span that an event is written in, as W3C <c>traceparent</c>, so that whoever reads the event can go on with the
    /// trace; null where it is not recorded.
    /// </summary>
    public static string? Parent => Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } span ? span.Id : null;
}
