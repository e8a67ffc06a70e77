using RandomChat.Domain.Moderation;

namespace RandomChat.Web.Demo;

/// <summary>A conversation of the demo: who they are, what they write, and what comes of it.</summary>
/// <param name="Language">A BCP 47 tag in lower case, asked for by both.</param>
internal sealed record DemoTalk(string Language, params DemoLine[] Lines)
{
    public string? FirstName { get; init; }

    public string? SecondName { get; init; }

    /// <summary>Both gave them.</summary>
    public string[] Interests { get; init; } = [];

    /// <summary>For what the second one reports the first one at the end; null: they just part.</summary>
    public ReportReason? Reason { get; init; }

    public string? Comment { get; init; }
}

/// <param name="ByFirst">Else the second one writes it.</param>
internal sealed record DemoLine(bool ByFirst, string Text);
