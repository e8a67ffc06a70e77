using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace RandomChat.Infrastructure.Redis;

/// <summary>The mark in a key that does not expire, and that a server puts back with the rest when Redis came back empty.</summary>
internal sealed class RedisLogMark(RedisConnection redis, ILogger<RedisLogMark> log) : ILogMark
{
    private readonly RedisKey key = $"{redis.KeyPrefix}log";
    private (string Mark, bool TakesOver)? mine;

    public string Setting => "ConnectionStrings:Redis";

    public string Removal => $"empty that Redis, or redis-cli DEL {key}";

    public async Task<string> Set(string mark, bool takesOver, CancellationToken ct)
    {
        var found = (string)(await redis.Ask(db => SetAndGet(db, mark, takesOver)))!;
        if (found == mark)
        {
            mine = (mark, takesOver);
        }

        return found;
    }

    /// <summary>Sets it again. A server that runs already is not ended by another one, but both are wrong from then on.</summary>
    public async Task PutBack(CancellationToken ct)
    {
        if (mine is var (mark, takesOver) && await Set(mark, takesOver, ct) != mark)
        {
            log.RedisOfAnotherLog();
        }
    }

    private async Task<RedisValue> SetAndGet(IDatabase db, string mark, bool takesOver)
    {
        await db.StringSetAsync(key, mark, when: takesOver ? When.Always : When.NotExists).ConfigureAwait(false);
        return await db.StringGetAsync(key).ConfigureAwait(false);
    }
}
