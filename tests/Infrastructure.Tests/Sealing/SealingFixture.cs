using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Sealing;

namespace RandomChat.Infrastructure.Tests.Sealing;

/// <summary>A data directory of its own with the real stores; the key store can be taken down, and everything started again.</summary>
public sealed class SealingFixture : IAsyncDisposable
{
    private SqliteKeyStore store;

    public SealingFixture(SealingOptions? options = null)
    {
        Options = options ?? new SealingOptions();
        Directory = System.IO.Directory.CreateTempSubdirectory("sealing-").FullName;
        store = new SqliteKeyStore(KeysFile);
        Store = new BreakableKeyStore(store);
        Sealer = NewSealer();
    }

    public SealingOptions Options { get; set; }

    public string Directory { get; }

    public string KeysFile => Path.Combine(Directory, "keys.db");

    public string MasterKeyFile => Path.Combine(Directory, "master.key");

    /// <summary>What the next sealer wraps keys under; null: a ring in <see cref="MasterKeyFile"/>.</summary>
    public IMasterKeys? Masters { get; set; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 10, 20, 0, TimeSpan.Zero));

    public DateTimeOffset Now => Time.GetUtcNow();

    public BreakableKeyStore Store { get; private set; }

    public Sealer Sealer { get; private set; }

    public static async Task<SealingFixture> Ready(SealingOptions? options = null)
    {
        var fixture = new SealingFixture(options);
        await fixture.Sealer.EnsureReady(default);
        return fixture;
    }

    /// <summary>What a run of the retention job does with keys.</summary>
    public async Task<Destruction> Run()
    {
        var destruction = await Sealer.DestroyDue(default);
        await Sealer.EnsureReady(default);
        return destruction;
    }

    public async Task Stop()
    {
        Sealer.Dispose();
        await store.DisposeAsync();
    }

    public async Task Restart()
    {
        await Stop();
        store = new SqliteKeyStore(KeysFile);
        Store = new BreakableKeyStore(store);
        Sealer = NewSealer();
    }

    public async ValueTask DisposeAsync()
    {
        await Stop();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private Sealer NewSealer() => new(Store, Options, Masters ?? new LocalMasterKeys(MasterKeySource.OfFile(MasterKeyFile)), Time);
}

/// <summary>A key store that does not answer while it is down.</summary>
public sealed class BreakableKeyStore(IKeyStore inner) : IKeyStore
{
    public bool Down { get; set; }

    public int Writes { get; private set; }

    public string Name => inner.Name;

    public string Kind => inner.Kind;

    public ValueTask<IReadOnlyList<WrappedSecret>> Page(string? after, int most, CancellationToken ct) => Inner.Page(after, most, ct);

    public ValueTask<int> Exchange(IReadOnlyList<WrappedExchange> exchanges, CancellationToken ct) => Writing.Exchange(exchanges, ct);

    private IKeyStore Inner => Down ? throw new DependencyUnavailableException(Name) : inner;

    private IKeyStore Writing
    {
        get
        {
            Writes++;
            return Inner;
        }
    }

    public ValueTask<StoredKey?> Get(string id, CancellationToken ct) => Inner.Get(id, ct);

    public ValueTask<StoredKey?> Any(CancellationToken ct) => Inner.Any(ct);

    public ValueTask<IReadOnlyList<StoredKey>> Put(IReadOnlyList<StoredKey> keys, CancellationToken ct) => Writing.Put(keys, ct);

    public ValueTask<IReadOnlyList<string>> Touch(IReadOnlyList<KeyLife> lives, CancellationToken ct) => Writing.Touch(lives, ct);

    public ValueTask Shorten(IReadOnlyList<KeyLife> lives, CancellationToken ct) => Writing.Shorten(lives, ct);

    public ValueTask<Destruction> Destroy(IReadOnlyList<string> ids, CancellationToken ct) => Writing.Destroy(ids, ct);

    public ValueTask<Destruction> DestroyDue(DateTimeOffset now, CancellationToken ct) => Writing.DestroyDue(now, ct);
}
