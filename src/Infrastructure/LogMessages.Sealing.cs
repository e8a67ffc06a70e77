using Microsoft.Extensions.Logging;

namespace RandomChat.Infrastructure;

internal static partial class LogMessages
{
    [LoggerMessage(LogLevel.Information, "{Count} keys have been destroyed.")]
    public static partial void KeysDestroyed(this ILogger log, int count);

    [LoggerMessage(LogLevel.Warning, "Destroyed keys cannot be had any more, but their bytes are still in the key store's files; every run tries again.")]
    public static partial void KeyRemainsLeft(this ILogger log);

    [LoggerMessage(LogLevel.Warning, "{Count} keys that had been destroyed were in the key store again, as from an older copy of it; they have been destroyed again.")]
    public static partial void KeysWereThereAgain(this ILogger log, int count);

    [LoggerMessage(LogLevel.Warning, "There are keys and no list of destroyed ones: {File} begins now. If there was one elsewhere, put it back before a backup is restored.")]
    public static partial void TombstonesBegin(this ILogger log, string file);

    [LoggerMessage(LogLevel.Error, "{What} failed and is tried again every minute.")]
    public static partial void RetentionFails(this ILogger log, Exception failure, string what);

    [LoggerMessage(LogLevel.Information, "{What} works again.")]
    public static partial void RetentionWorksAgain(this ILogger log, string what);

    [LoggerMessage(LogLevel.Warning, "Bytes of destroyed keys are still in the files of Postgres: {Reason}. Every run tries again; the runbook says what it needs.")]
    public static partial void KeyFilesRemain(this ILogger log, string reason);

    [LoggerMessage(LogLevel.Information, "Other master keys are in use from now on: {Count}, of which {Fingerprint} wraps.")]
    public static partial void MasterKeysTakenUp(this ILogger log, int count, string fingerprint);

    [LoggerMessage(LogLevel.Error, "{Reason} The ones that were read before go on to be used; the next start needs them there.")]
    public static partial void MasterKeysMissed(this ILogger log, string reason);
}
