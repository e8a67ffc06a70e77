namespace RandomChat.Web;

internal static partial class LogMessages
{
    [LoggerMessage(100, LogLevel.Error, "The hub call {Method} failed; trace {TraceId}.")]
    public static partial void HubCallFailed(ILogger log, string method, string? traceId, Exception e);

    [LoggerMessage(101, LogLevel.Error, "A step of matchmaking failed; the next one goes on.")]
    public static partial void MatchmakingStepFailed(ILogger log, Exception e);

    [LoggerMessage(103, LogLevel.Information, "Nobody was on the staff: the administrator {Name} was made.")]
    public static partial void AdministratorMade(ILogger log, string name);

    [LoggerMessage(112, LogLevel.Warning, "The administrator who was made could not be recorded yet; the first change about them records it.")]
    public static partial void AdministratorNotRecorded(ILogger log, Exception e);

    [LoggerMessage(106, LogLevel.Warning, "Sanctions that come by themselves could not be looked for; it is tried again.")]
    public static partial void EscalationsNotLookedAt(ILogger log, Exception e);

    [LoggerMessage(105, LogLevel.Warning, "Severe verdicts that nobody followed could not be looked for; it is tried again.")]
    public static partial void VerdictsNotLookedAt(ILogger log, Exception e);

    [LoggerMessage(108, LogLevel.Warning, "Which cases are severe or held could not be read; that their evidence is kept is looked after in a minute.")]
    public static partial void PreservedCasesUnknown(ILogger log, Exception e);

    [LoggerMessage(102, LogLevel.Warning, "A ban could not take effect yet; it is tried again.")]
    public static partial void BanNotEnforced(ILogger log, Exception e);

    [LoggerMessage(104, LogLevel.Warning, "An erased visitor's key could not be destroyed yet.")]
    public static partial void ErasureNotFinished(ILogger log, Exception e);

    [LoggerMessage(107, LogLevel.Warning, "{Accounts} accounts of visitors who were erased were there again, as from an older copy; they have been deleted again.")]
    public static partial void AccountsWereThereAgain(ILogger log, int accounts);

    [LoggerMessage(108, LogLevel.Warning, "{Visitors} visitors who were erased are not in the log, an older copy of it; they have been erased again.")]
    public static partial void ErasedAgain(ILogger log, int visitors);

    [LoggerMessage(109, LogLevel.Warning, "Who was erased and is not in an older copy of the log could not be erased again yet; it is tried again.")]
    public static partial void NotErasedAgainYet(ILogger log, Exception e);
}
