using System.Security.Cryptography;
using System.Text;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Sealing;

namespace RandomChat.Infrastructure.Tests.Sealing;

/// <summary>What sealing needs of master keys, wherever they are.</summary>
public abstract class MasterKeysContract : IDisposable
{
    protected string Folder { get; } = Directory.CreateTempSubdirectory("masters-").FullName;

    protected abstract IMasterKeys Masters { get; }

    /// <summary>Another key wraps from now on.</summary>
    protected abstract void Rotate();

    [Fact]
    public async Task What_was_wrapped_opens_for_its_id_alone_before_and_after_a_rotation()
    {
        await Masters.Prove(null, default);
        var secrets = Enumerable.Range(0, 3).Select(number => new PlainSecret($"case-{number}", RandomNumberGenerator.GetBytes(32))).ToList();
        var wrapped = await Masters.Wrap(secrets, default);
        foreach (var (secret, box) in secrets.Zip(wrapped))
        {
            Assert.Equal(-1, box.AsSpan().IndexOf(secret.Bytes.Span));
            var opened = await Masters.Unwrap(secret.Id, box, default);
            Assert.Equal(secret.Bytes.ToArray(), opened.Secret);
            Assert.True(opened.IsCurrent);
        }

        await Assert.ThrowsAsync<SealingException>(async () => await Masters.Unwrap("case-1", wrapped[0], default));
        Rotate();
        await Masters.Prove(new("case-0", wrapped[0]), default);
        var late = await Masters.Unwrap("case-0", wrapped[0], default);
        Assert.Equal(secrets[0].Bytes.ToArray(), late.Secret);
        Assert.False(late.IsCurrent);
        Assert.True((await Masters.Unwrap("case-0", (await Masters.Wrap([new("case-0", late.Secret)], default))[0], default)).IsCurrent);
        await Assert.ThrowsAsync<SealingException>(async () => await Masters.Prove(new("case-9", wrapped[0]), default));
    }

    [Fact]
    public async Task Texts_are_sealed_and_opened_over_a_restart_and_everything_can_be_wrapped_anew()
    {
        await using var world = new SealingFixture(new() { CasePool = 3 }) { Masters = Masters };
        await world.Restart();
        await world.Sealer.EnsureReady(default);
        var (visitor, match) = (Guid.NewGuid(), Guid.NewGuid());
        await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        var (name, message) = (await world.Sealer.SealForVisitor(visitor, "Ada", default), world.Sealer.SealMessage(match, match, world.Now, "hello"));
        Rotate();
        Assert.True((await new Rewrapping(Masters, [world.Store]).Run(_ => { }, default)).Single().Rewrapped > 4);
        Assert.Equal(0, (await new Rewrapping(Masters, [world.Store]).Run(_ => { }, default)).Single().Rewrapped);

        await world.Restart();
        await world.Sealer.EnsureReady(default);
        Assert.Equal("Ada", await world.Sealer.OpenForVisitor(visitor, name, default));
        Assert.Equal("hello", await world.Sealer.OpenMessage(match, match, message, default));
    }

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}

public sealed class LocalMasterKeysTests : MasterKeysContract
{
    private readonly Lazy<LocalMasterKeys> masters;

    public LocalMasterKeysTests() => masters = new(() => new(MasterKeySource.OfFile(Path.Combine(Folder, "master.key"))));

    protected override IMasterKeys Masters => masters.Value;

    protected override void Rotate()
    {
        var ring = MasterKeySource.OfFile(Path.Combine(Folder, "master.key")).Read().WithNew();
        MasterKeySource.Write(Path.Combine(Folder, "master.key"), ring.Promote(ring.Keys[^1]), overwrite: true);
    }
}

/// <summary>A service elsewhere that gives its keys to nobody, is asked over a network, and may be away.</summary>
public sealed class RemoteMasterKeysTests : MasterKeysContract
{
    private readonly RemoteKeys remote = new();

    protected override IMasterKeys Masters => remote;

    [Fact]
    public async Task It_is_asked_in_batches_and_never_on_the_way_of_a_message()
    {
        await using var world = new SealingFixture(new() { CasePool = 200 }) { Masters = remote };
        await world.Restart();
        await world.Sealer.EnsureReady(default);
        var visitor = Guid.NewGuid();
        await world.Sealer.EnsureVisitorKey(visitor, world.Now.AddDays(30), default);
        var name = await world.Sealer.SealForVisitor(visitor, "Ada", default);
        Assert.InRange(remote.Asked, 1, 5);

        var before = remote.Asked;
        for (var i = 0; i < 100; i++)
        {
            var match = Guid.NewGuid();
            Assert.Equal("hello", await world.Sealer.OpenMessage(match, match, world.Sealer.SealMessage(match, match, world.Now, "hello"), default));
            await world.Sealer.TakeCaseKey(default);
            Assert.Equal("Ada", await world.Sealer.OpenForVisitor(visitor, name, default));
        }

        Assert.Equal(before, remote.Asked);
    }

    [Fact]
    public async Task While_it_is_away_what_is_held_goes_on_and_then_everything_is_refused_rather_than_kept_unsealed()
    {
        await using var world = new SealingFixture(new() { CasePool = 3 }) { Masters = remote };
        await world.Restart();
        await world.Sealer.EnsureReady(default);
        var match = Guid.NewGuid();
        remote.IsDown = true;
        var message = world.Sealer.SealMessage(match, match, world.Now, "held");
        var writes = (await world.Store.Page(null, 1_000, default)).Count;
        Assert.Equal("remote", (await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await world.Sealer.EnsureReady(default))).Dependency);
        Assert.Equal("remote", (await Assert.ThrowsAsync<DependencyUnavailableException>(
            async () => await world.Sealer.EnsureVisitorKey(match, world.Now.AddDays(30), default))).Dependency);
        Assert.Equal(writes, (await world.Store.Page(null, 1_000, default)).Count);

        world.Time.Advance(TimeSpan.FromHours(4));
        Assert.Throws<DependencyUnavailableException>(() => world.Sealer.SealMessage(match, match, world.Now, "late"));
        Assert.Equal("held", await world.Sealer.OpenMessage(match, match, message, default));

        remote.IsDown = false;
        await world.Run();
        Assert.Equal("late", await world.Sealer.OpenMessage(match, match, world.Sealer.SealMessage(match, match, world.Now, "late"), default));
    }

    protected override void Rotate() => remote.Rotate();

    /// <summary>Wraps as such services do: the answer names its key, and is longer than what a ring makes of it.</summary>
    private sealed class RemoteKeys : IMasterKeys
    {
        private readonly List<byte[]> keys = [RandomNumberGenerator.GetBytes(32)];

        public bool IsDown { get; set; }

        public int Asked { get; private set; }

        public string Name => "remote";

        public void Rotate() => keys.Add(RandomNumberGenerator.GetBytes(32));

        public async ValueTask Prove(WrappedSecret? stored, CancellationToken ct)
        {
            await Ask();
            if (stored is not null)
            {
                await Unwrap(stored.Id, stored.Wrapped, ct);
            }
        }

        public async ValueTask<IReadOnlyList<byte[]>> Wrap(IReadOnlyList<PlainSecret> secrets, CancellationToken ct)
        {
            await Ask();
            return [.. secrets.Select(secret =>
            {
                var box = new byte[12 + secret.Bytes.Length + 16];
                RandomNumberGenerator.Fill(box.AsSpan(0, 12));
                using var cipher = new AesGcm(keys[^1], 16);
                cipher.Encrypt(box.AsSpan(0, 12), secret.Bytes.Span, box.AsSpan(12, secret.Bytes.Length), box.AsSpan(12 + secret.Bytes.Length), Encoding.UTF8.GetBytes(secret.Id));
                return (byte[])[(byte)(keys.Count - 1), .. new byte[50], .. box];
            })];
        }

        public async ValueTask<Unwrapped> Unwrap(string id, ReadOnlyMemory<byte> wrapped, CancellationToken ct)
        {
            await Ask();
            try
            {
                var (number, box) = (wrapped.Span[0], wrapped[51..].ToArray());
                var plain = new byte[box.Length - 28];
                using var cipher = new AesGcm(keys[number], 16);
                cipher.Decrypt(box.AsSpan(0, 12), box.AsSpan(12, plain.Length), box.AsSpan(12 + plain.Length), plain, Encoding.UTF8.GetBytes(id));
                return new(plain, number == keys.Count - 1);
            }
            catch (CryptographicException mismatch)
            {
                throw new SealingException($"{id} does not open.", mismatch);
            }
        }

        private async Task Ask()
        {
            Asked++;
            await Task.Yield();
            if (IsDown)
            {
                throw new DependencyUnavailableException(Name);
            }
        }
    }
}
