using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Application.Visitors;
using RandomChat.Web.Identity;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Identity;

/// <summary><see cref="ErasureWatch"/>: whoever was erased is out at once, and no key is left behind.</summary>
public sealed class ErasureWatchTests
{
    private readonly FakeTimeProvider clock = new();
    private readonly News news = new();
    private readonly Keys keys = new();

    [Fact]
    public async Task A_key_that_cannot_be_destroyed_holds_up_neither_the_end_of_a_session_nor_another_key()
    {
        await using var server = await HubServer.With();
        await using var pair = await Pair.Meet(server.Address);
        var stuck = Guid.NewGuid();
        keys.Stuck = stuck;
        using var watch = await Watch(server);

        news.Erase(stuck);
        await Wait.Until(() => Task.FromResult(keys.Asked.Contains(stuck)));
        news.Erase(pair.Ann.Id);

        await pair.Ann.Closed;
        await Later(() => news.Unfinished() is [var left] && left == stuck);
        await watch.StopAsync(default);
    }

    [Fact]
    public async Task What_an_earlier_process_left_undone_is_done_and_tried_again_until_it_is()
    {
        await using var server = await HubServer.With();
        var left = Guid.NewGuid();
        keys.Stuck = left;
        news.Left[left] = true;
        using var watch = await Watch(server);
        await Wait.Until(() => Task.FromResult(keys.Asked.Contains(left)));

        keys.Stuck = Guid.Empty;
        await Later(() => news.Unfinished() is []);
        await watch.StopAsync(default);
    }

    private Task Later(Func<bool> isSo) => Wait.Until(() =>
    {
        clock.Advance(TimeSpan.FromSeconds(5));
        return Task.FromResult(isSo());
    });

    private async Task<ErasureWatch> Watch(RunningServer server)
    {
        var watch = new ErasureWatch(
            news, server.Services.GetRequiredService<ErasedVisitors>(), keys, clock, NullLogger<ErasureWatch>.Instance);
        await watch.StartAsync(default);
        return watch;
    }

    /// <summary>As the pairing index keeps it.</summary>
    private sealed class News : IErasureNews
    {
        public event Action<Guid>? Erased;

        public ConcurrentDictionary<Guid, bool> Left { get; } = [];

        public void Erase(Guid visitorId)
        {
            Left[visitorId] = true;
            Erased?.Invoke(visitorId);
        }

        public IReadOnlyList<Guid> Unfinished() => [.. Left.Keys];

        public void Finish(Guid visitorId) => Left.TryRemove(visitorId, out _);
    }

    /// <summary>Destroys keys, but for one, and does nothing else.</summary>
    private sealed class Keys : ISealer
    {
        public Guid Stuck { get; set; }

        public ConcurrentBag<Guid> Asked { get; } = [];

        public async ValueTask<bool> ForgetVisitor(Guid visitorId, CancellationToken ct)
        {
            await Task.Yield();
            Asked.Add(visitorId);
            return Stuck == visitorId ? throw new DependencyUnavailableException("keys") : true;
        }

        public string SealMessage(Guid matchId, Guid messageId, DateTimeOffset at, string body) => throw new NotSupportedException();

        public ValueTask<string?> OpenMessage(Guid matchId, Guid messageId, string sealedBody, CancellationToken ct) => throw new NotSupportedException();

        public ValueTask EnsureVisitorKey(Guid visitorId, DateTimeOffset keepUntil, CancellationToken ct) => throw new NotSupportedException();

        public ValueTask<string> SealForVisitor(Guid visitorId, string text, CancellationToken ct) => throw new NotSupportedException();

        public ValueTask<string?> OpenForVisitor(Guid visitorId, string sealedText, CancellationToken ct) => throw new NotSupportedException();

        public ValueTask<string> TakeCaseKey(CancellationToken ct) => throw new NotSupportedException();

        public string CaseKeyOf(string sealedText) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<string>> KeepCaseKeys(IReadOnlyList<KeyLife> lives, CancellationToken ct) => throw new NotSupportedException();

        public ValueTask ShortenCaseKeys(IReadOnlyList<KeyLife> lives, CancellationToken ct) => throw new NotSupportedException();

        public ValueTask<string> SealForCase(string caseKey, Guid reportId, string text, CancellationToken ct) => throw new NotSupportedException();

        public ValueTask<string?> OpenForCase(Guid reportId, string sealedText, CancellationToken ct) => throw new NotSupportedException();
    }
}
