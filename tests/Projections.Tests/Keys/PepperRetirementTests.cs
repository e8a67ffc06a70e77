using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Infrastructure.Secrets;
using RandomChat.Projections.Tests.Commands;
using RandomChat.Projections.Tests.Engine;

namespace RandomChat.Projections.Tests.Keys;

/// <summary>A generation of the pepper goes when nothing in force was keyed with it, and no sooner.</summary>
public sealed class PepperRetirementTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private readonly TestLog log = new();

    public async ValueTask InitializeAsync()
    {
        // As after a first start.
        await using var store = new SqliteKeyStore(Path.Combine(log.Folder, "keys.db"));
        using var sealer = new Sealer(store, new() { CasePool = 1 }, Path.Combine(log.Folder, "master.key"), TimeProvider.System);
        await sealer.EnsureReady(default);
        ServerSecrets.List(Secrets);
    }

    public ValueTask DisposeAsync() => log.DisposeAsync();

    [Fact]
    public async Task Bans_in_force_keep_the_generation_that_marked_their_browsers_and_ended_ones_do_not()
    {
        var renewed = await Run("renew-pepper");
        Assert.Contains("limits and suspicion count afresh", renewed, StringComparison.Ordinal);
        Assert.Equal(2, ServerSecrets.List(Secrets).Count);
        Assert.Contains("addresses are remembered", await Run("retire-pepper"), StringComparison.Ordinal);

        // The same, had it begun four days ago.
        Secrets.RemoveRandom(ServerSecrets.List(Secrets)[1].Name);
        var second = ServerSecrets.Add(Secrets, Now.AddDays(-4));
        var (forGood, lifted, overturned) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await Marked(forGood, null, Now.AddDays(-9));
        await Marked(lifted, null, Now.AddDays(-9));
        await Marked(overturned, Now.AddYears(1), Now.AddDays(-9));
        await Marked(Guid.NewGuid(), Now.AddDays(-1), Now.AddDays(-9));
        await Marked(Guid.NewGuid(), null, Now.AddDays(-1));
        await log.Append(StreamName.For("ban", lifted), new BanEvent.Lifted(lifted, lifted, "rc1:c:sealed", Guid.NewGuid(), Now));
        await log.Append(
            StreamName.For("ban", overturned), new BanEvent.AppealDecided(Guid.NewGuid(), overturned, overturned, AppealOutcome.Overturned, "rc1:c:sealed", Guid.NewGuid(), Now));
        Assert.Contains("a ban of", await Run("retire-pepper"), StringComparison.Ordinal);
        Assert.Equal(2, ServerSecrets.List(Secrets).Count);

        await log.Append(StreamName.For("ban", forGood), new BanEvent.Lifted(forGood, forGood, "rc1:c:sealed", Guid.NewGuid(), Now));
        Assert.Contains("was taken out", await Run("retire-pepper"), StringComparison.Ordinal);
        Assert.Equal(second.Name, Assert.Single(ServerSecrets.List(Secrets)).Name);

        // The one that makes always stays.
        await Run("retire-pepper");
        Assert.Single(ServerSecrets.List(Secrets));
    }

    private SecretFiles Secrets => new(
        Path.Combine(log.Folder, "keys"), () => new LocalMasterKeys(MasterKeySource.OfFile(Path.Combine(log.Folder, "master.key"))));

    private Task<LogPosition> Marked(Guid who, DateTimeOffset? until, DateTimeOffset at) =>
        log.Append(StreamName.For("ban", who), new BanEvent.DeviceMarked(who, who, "mark", until, at));

    private async Task<string> Run(string verb)
    {
        var (code, output, error) = await Cli.Run(log.Folder, log.Folder, "keys", verb);
        Assert.True(code == 0, error);
        return output;
    }
}
