using System.Net.Sockets;
using Npgsql;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Postgres;

/// <summary>What a failure of the driver means to the application.</summary>
internal static class PostgresFailure
{
    /// <summary>The engine's name in answers and in readiness.</summary>
    public const string Dependency = "postgres";

    public static Exception Explain(Exception failure) => failure switch
    {
        SealingException or DependencyUnavailableException => failure,
        PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } denied => new SealingException(
            $"The role of ConnectionStrings:Postgres may not do what the server needs: {denied.MessageText}. The runbook lists the grants.", denied),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn or PostgresErrorCodes.InvalidSchemaName } foreign =>
            new SealingException($"The database of ConnectionStrings:Postgres holds no key store, or a damaged one: {foreign.MessageText}. Put back a good copy.", foreign),
        NpgsqlException or TimeoutException or IOException or SocketException or ObjectDisposedException => new DependencyUnavailableException(Dependency, failure),
        _ => failure,
    };

    /// <summary>Whether it is the server that cannot be reached, rather than a statement that it refused.</summary>
    public static bool IsOutage(Exception failure) => failure is not PostgresException answer
        || answer.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow;

    /// <summary>Whether the same again may well succeed: an idle connection that a restart had broken, or a lost race.</summary>
    public static bool IsPassing(Exception failure) => failure switch
    {
        PostgresException answer => answer.SqlState
            is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown,
        NpgsqlException { InnerException: IOException or SocketException { SocketErrorCode: not SocketError.ConnectionRefused } } => true,
        _ => false,
    };
}
