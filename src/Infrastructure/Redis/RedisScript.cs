using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace RandomChat.Infrastructure.Redis;

/// <summary>
/// A Lua script from this assembly's resources, sent once to a server and called by its digest from then on. It begins
/// with <c>#!lua</c>, so that a server that cannot write (full, a replica, without its disk) refuses it before it began,
/// and a cluster refuses it when it touches several slots; Redis 7 is the first that knows this.
/// </summary>
internal sealed class RedisScript
{
    private readonly string text;
    private readonly byte[] digest;

    /// <param name="resources">Files of this folder; several are one script, in this order.</param>
    [SuppressMessage("Security", "CA5350", Justification = "Redis names scripts by SHA-1.")]
    public RedisScript(params string[] resources)
    {
        text = string.Join('\n', resources.Select(Read));
        digest = SHA1.HashData(Encoding.UTF8.GetBytes(text));
    }

    public async Task<RedisResult> Run(IDatabase redis, RedisKey key, RedisValue[] arguments)
    {
        RedisKey[] keys = [key];
        try
        {
            return await redis.ScriptEvaluateAsync(digest, keys, arguments).ConfigureAwait(false);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            // A server that does not know it, or no more: after its start, a failover or SCRIPT FLUSH.
            return await redis.ScriptEvaluateAsync(text, keys, arguments).ConfigureAwait(false);
        }
    }

    private static string Read(string resource)
    {
        using var stream = typeof(RedisScript).Assembly.GetManifestResourceStream(typeof(RedisScript), resource)
            ?? throw new InvalidOperationException($"{resource} is not in the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
