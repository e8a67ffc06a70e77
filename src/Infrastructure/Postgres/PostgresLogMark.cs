using Npgsql;

namespace RandomChat.Infrastructure.Postgres;

/// <summary>The mark in a schema of its own: in that of the keys it would keep the version before from starting.</summary>
internal sealed class PostgresLogMark(NpgsqlDataSource source) : ILogMark
{
    private readonly PostgresMigrations migrations = new(source, "log", new(typeof(PostgresLogMark).Assembly, ".Postgres.LogMigrations."));

    public string Setting => "ConnectionStrings:Postgres";

    public string Removal => "DELETE FROM log.mark in that database, and what the other log left there is this one's";

    public async Task<string> Set(string mark, bool takesOver, CancellationToken ct)
    {
        await migrations.Apply(ct);
        try
        {
            await using var connection = await source.OpenConnectionAsync(ct);
            await connection.Run(
                $"INSERT INTO log.mark (mark) VALUES ($1) ON CONFLICT (one) {(takesOver ? "DO UPDATE SET mark = excluded.mark" : "DO NOTHING")}", ct, mark);
            return (await connection.Value<string>("SELECT mark FROM log.mark", ct))!;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw PostgresFailure.Explain(failure);
        }
    }
}
