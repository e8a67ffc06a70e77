namespace RandomChat.Domain.Moderation;

// ---------------------------------------------------------------------------------------------------------------
// Events of stream case-{id}. Their properties are the storage format: they are only ever added to.
// ---------------------------------------------------------------------------------------------------------------

public enum ReportReason
{
    Nudity,
    Harassment,
    Hate,
    Spam,
    Threat,
    Underage,
    Other,
}

/// <summary>What happened to a case: the reports on one visitor.</summary>
public abstract record CaseEvent
{
    private CaseEvent()
    {
    }

    /// <summary>A visitor was reported. <c>Comment</c> and <c>Evidence</c> are sealed under the key named in <c>CaseKey</c>.</summary>
    /// <param name="CommentVerdict">What the screening says of the comment; null where it is fine. Who reads cases is warned by it.</param>
    /// <param name="EvidenceHash">SHA-256 over the evidence's canonical JSON, lower-case hex.</param>
    public sealed record Reported(
        Guid CaseId, Guid ReportId, Guid MatchId, Guid ReporterId, Guid ReporterDeviceId, Guid VisitorId, Guid DeviceId,
        ReportReason Reason, string? Comment, string CaseKey, string Evidence, string EvidenceHash, int EvidenceMessages,
        DateTimeOffset At, Verdict? CommentVerdict = null) : CaseEvent;
}

// ---------------------------------------------------------------------------------------------------------------
// Commands and state.
// ---------------------------------------------------------------------------------------------------------------

public abstract record CaseCommand
{
    private CaseCommand()
    {
    }

    public sealed record Report(CaseEvent.Reported What) : CaseCommand;
}

/// <param name="Reported">Which match was reported by whom.</param>
public sealed record CaseState(HashSet<(Guid MatchId, Guid ReporterId)> Reported);

/// <summary>The rules of a case.</summary>
public static class Case
{
    public const int MaximumCommentLength = 1_000;
    public const int EvidenceMessages = 50;

    public static readonly Decider<CaseCommand, CaseEvent, CaseState> Decider =
        new("case", new([]), Decide, Evolve);

    private static Decision<CaseEvent> Decide(CaseCommand command, CaseState state) => command switch
    {
        CaseCommand.Report { What: var report } when report.ReporterId == report.VisitorId =>
            new Rejection("case.report-self", "Nobody can report themselves."),
        CaseCommand.Report { What: var report } when state.Reported.Contains((report.MatchId, report.ReporterId)) =>
            new Rejection("case.already-reported", "This chat has been reported already."),
        CaseCommand.Report { What: var report } => report,
        _ => throw new InvalidOperationException($"No rule for {command}."),
    };

    private static CaseState Evolve(CaseState state, CaseEvent happened) => happened switch
    {
        CaseEvent.Reported e => new([.. state.Reported, (e.MatchId, e.ReporterId)]),
        _ => state,
    };
}
