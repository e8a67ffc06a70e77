using Microsoft.Extensions.Logging;

namespace RandomChat.Application;

internal static partial class LogMessages
{
    [LoggerMessage(40, LogLevel.Warning, "What comes of case {CaseId} by itself could not be looked at or done; it is tried again.")]
    public static partial void EscalationFailed(ILogger log, Guid caseId, Exception e);

    [LoggerMessage(1, LogLevel.Warning, "The end of match {MatchId} could not be recorded yet; it is tried again.")]
    public static partial void EndNotWritten(ILogger log, Guid matchId, Exception e);

    [LoggerMessage(2, LogLevel.Warning, "The retention of the messages of match {MatchId} could not be set; their keys are destroyed in time all the same.")]
    public static partial void MaxAgeNotSet(ILogger log, Guid matchId, Exception e);

    [LoggerMessage(3, LogLevel.Warning, "Match {MatchId} could not be recorded; both visitors wait again.")]
    public static partial void MatchNotStarted(ILogger log, Guid matchId, Exception e);

    [LoggerMessage(4, LogLevel.Warning, "The log does not take {What} now, nor what comes after it; it is tried again.")]
    public static partial void PendingDelayed(ILogger log, string what, Exception e);

    [LoggerMessage(5, LogLevel.Error, "It is impossible to record {What}; it is left out.")]
    public static partial void PendingLost(ILogger log, string what, Exception e);

    [LoggerMessage(10, LogLevel.Warning, "To record {What} was refused with {Code}; it is left out.")]
    public static partial void PendingRefused(ILogger log, string what, string code);

    [LoggerMessage(60, LogLevel.Warning, "The {Classifier} classifier gives no answer; delivered messages go on without it until it does.")]
    public static partial void NoClassification(ILogger log, string classifier, Exception e);

    [LoggerMessage(63, LogLevel.Warning, "The classifier at hand gives no answer; messages on their way go on without it until it does.")]
    public static partial void NoClassificationOnTheWay(ILogger log, Exception e);

    [LoggerMessage(6, LogLevel.Information, "{Count} open matches were restored.")]
    public static partial void MatchesRestored(ILogger log, int count);

    [LoggerMessage(8, LogLevel.Warning, "The life of a visitor's key could not be prolonged.")]
    public static partial void VisitNotNoted(ILogger log, Exception e);

    [LoggerMessage(9, LogLevel.Warning, "Where a visitor stands could not be looked up when a connection opened or closed.")]
    public static partial void ConnectionNotPlaced(ILogger log, Exception e);

    [LoggerMessage(44, LogLevel.Warning, "A browser that behaves like a program could not be noted in case {CaseId}; it is, when it comes by again.")]
    public static partial void SuspectNotFlagged(ILogger log, Guid caseId, Exception e);

    [LoggerMessage(43, LogLevel.Warning, "What a severe verdict leads to in case {CaseId} could not be done yet; it is tried again.")]
    public static partial void VerdictNotFollowed(ILogger log, Guid caseId, Exception e);

    [LoggerMessage(42, LogLevel.Warning, "The ban of {VisitorId} is recorded, and could not be seen through at once: every node makes it take effect.")]
    public static partial void BanNotFinished(ILogger log, Guid visitorId, Exception e);

    [LoggerMessage(50, LogLevel.Warning, "Case {CaseId} stays reserved for a sanction that did not come until the claim's time is over.")]
    public static partial void CaseStaysReserved(ILogger log, Guid caseId, Exception e);

    [LoggerMessage(48, LogLevel.Warning, "The ban of {VisitorId} stands; the reports on them could not be settled with it and stay open.")]
    public static partial void ReportsNotSettled(ILogger log, Guid visitorId, Exception e);

    [LoggerMessage(47, LogLevel.Warning, "The evidence of a report in case {CaseId} could not be given its time yet; it is tried again soon, and whenever somebody opens the case.")]
    public static partial void EvidenceNotKeptYet(ILogger log, Guid caseId, Exception e);

    [LoggerMessage(49, LogLevel.Warning, "The evidence of severe or held cases, or the words about bans for good, could not be given their time yet, {Cases} of them; it is tried again in a minute. The last failure:")]
    public static partial void CasesNotKeptYet(ILogger log, int cases, Exception e);

    [LoggerMessage(51, LogLevel.Warning, "The severe ban of {VisitorId} stands; their case could not be restricted yet, which is tried again soon.")]
    public static partial void NotFoundSevereYet(ILogger log, Guid visitorId, Exception e);

    [LoggerMessage(7, LogLevel.Error, "The match {MatchId} could not be restored and is ended.")]
    public static partial void MatchNotRestored(ILogger log, Guid matchId, Exception e);
}
