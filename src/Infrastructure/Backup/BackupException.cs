namespace RandomChat.Infrastructure.Backup;

/// <summary>A backup cannot be made or put back as asked. The message says why and what to do; nothing was changed.</summary>
public sealed class BackupException(string message, Exception? inner = null) : Exception(message, inner);
