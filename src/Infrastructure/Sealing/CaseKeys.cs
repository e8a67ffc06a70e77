using System.Collections.Concurrent;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>A pool of stored keys for cases yet to come, each handed out once.</summary>
internal sealed class CaseKeys(KeyVault vault, SealingOptions options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Slack = TimeSpan.FromDays(1);
    private readonly ConcurrentQueue<HeldKey> pool = new();
    private readonly ConcurrentQueue<(HeldKey Key, DateTimeOffset KeepUntil)> taken = new();
    private readonly SemaphoreSlim gate = new(1, 1);

    private int Size => Math.Max(1, options.CasePool);

    public async ValueTask<HeldKey> Take(CancellationToken ct)
    {
        while (true)
        {
            if (!pool.TryDequeue(out var key))
            {
                await Alone(() => Fill(atLeast: 1, ct), ct);
            }
            else if (time.GetUtcNow() is var now && !key.IsDue(now))
            {
                taken.Enqueue((key, now + options.CaseRetention));
                return key;
            }
        }
    }

    /// <inheritdoc cref="ISealer.KeepCaseKeys"/>
    public async ValueTask<IReadOnlyList<string>> Keep(IReadOnlyList<KeyLife> lives, CancellationToken ct) =>
        lives is [] ? [] : await vault.Keep([.. lives.Select(life => life.DestroyAfter < KeyLife.NoEnd ? life : life with { DestroyAfter = KeyLife.NoEnd })], ct);

    /// <inheritdoc cref="ISealer.ShortenCaseKeys"/>
    public async ValueTask Shorten(IReadOnlyList<KeyLife> lives, CancellationToken ct)
    {
        if (lives is not [])
        {
            var now = time.GetUtcNow();
            await vault.Shorten([.. lives.Select(life => life.DestroyAfter > now ? life : life with { DestroyAfter = now })], ct);
        }
    }

    /// <summary>Fills the pool, and counts the retention of the keys taken since the last run from when they were taken.</summary>
    public ValueTask Upkeep(CancellationToken ct) => Alone(
        async () =>
        {
            while (taken.TryPeek(out var use))
            {
                await vault.Keep(use.Key, use.KeepUntil, ct);
                taken.TryDequeue(out _);
            }

            // A key that waits in the pool must not be half spent when a case takes it just before a crash.
            var until = time.GetUtcNow() + options.CaseRetention;
            if (pool.Where(key => key.DestroyAfter < until - Slack).ToList() is { Count: > 0 } waiting)
            {
                await vault.Keep(waiting, until, ct);
            }

            await Fill(Size, ct);
        },
        ct);

    public void Dispose() => gate.Dispose();

    private async ValueTask Fill(int atLeast, CancellationToken ct)
    {
        if (pool.Count >= atLeast)
        {
            return;
        }

        var until = time.GetUtcNow() + options.CaseRetention;
        foreach (var key in await vault.Make(KeyKind.Case, [.. Enumerable.Range(0, Size - pool.Count).Select(_ => new KeyLife(KeyId.NewCase(), until))], ct))
        {
            pool.Enqueue(key);
        }
    }

    private async ValueTask Alone(Func<ValueTask> work, CancellationToken ct)
    {
        await gate.WaitAsync(ct);
        try
        {
            await work();
        }
        finally
        {
            gate.Release();
        }
    }
}
