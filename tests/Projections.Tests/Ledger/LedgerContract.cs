using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Events;
using RandomChat.Projections.Engine;
using RandomChat.Projections.Ledger;
using RandomChat.Projections.Tests.Engine;

namespace RandomChat.Projections.Tests.Ledger;

/// <summary>Whatever is done to a log behind the program's back, an audit names it. Every pair of engines passes this.</summary>
public abstract class LedgerContract : IAsyncLifetime
{
    private static readonly Person Ada = Person.New();
    private static readonly Person Ben = Person.New();
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    protected TestLog Log { get; } = new();

    private protected LedgerStore Store { get; private set; } = null!;

    private protected LogSource Source { get; private set; } = null!;

    private AnchorFile Anchors => new(Path.Combine(Log.Folder, "elsewhere", "anchors.ndjson"));

    private protected abstract Task<LedgerStore> OpenStore();

    private protected abstract Task<LogSource> OpenSource();

    /// <summary>Changes the ledger's own tables, as somebody with the server's rights may.</summary>
    private protected abstract Task Overwrite(string sql);

    public async ValueTask InitializeAsync()
    {
        Store = await OpenStore();
        Source = await OpenSource();
        await Store.Prepare(default);
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Log.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_nobody_touched_is_sound()
    {
        await Log.Traffic(20);
        await Keep();

        var result = await Audit();

        Assert.Empty(result.Findings);
        Assert.Equal((Log.Store.End()!.Value.Value, 0, 0), (result.Position, result.Expired, result.Waiting));
        Assert.NotEqual(0, result.Events);
        Assert.Equal(1, result.Anchors);
    }

    [Fact]
    public async Task It_goes_on_where_it_stopped_and_says_what_waits()
    {
        await Log.Traffic(5);
        await Keep();
        await Log.Session(Ada);

        Assert.Equal(1, (await Audit()).Waiting);

        await Keep();
        var result = await Audit();
        Assert.Empty(result.Findings);
        Assert.Equal((0, 2), (result.Waiting, result.Anchors));
    }

    [Theory]
    [InlineData("data = replace(data, '\"', ' \"')")]
    [InlineData("metadata = replace(metadata, 'system', 'nobody')")]
    [InlineData("type = 'visitors.session.started.v2'")]
    [InlineData("at = at + 1")]
    [InlineData("id = '7f0f6a6e-5f0c-4a44-9a6e-0d5c7e1f0a01'")]
    public async Task A_changed_event_is_named(string change)
    {
        await Log.Session(Ben);
        var position = await Log.Session(Ada);
        await Log.Session(Ben);
        await Keep();

        Assert.Equal(1, await Tamper($"UPDATE events SET {change} WHERE position = {position.Value}"));

        var finding = Assert.Single((await Audit()).Findings);
        Assert.Equal((AuditFault.Changed, position.Value, $"visitor-{Ada.Visitor:D}", 0), (finding.Fault, finding.Position, finding.Stream, finding.Revision));
        Assert.Contains(finding.Stream!, finding.Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_removed_event_is_named()
    {
        var position = await Log.Session(Ada);
        await Log.Session(Ben);
        await Keep();

        await Tamper($"DELETE FROM events WHERE position = {position.Value}");

        var finding = Assert.Single((await Audit()).Findings);
        Assert.Equal((AuditFault.Removed, position.Value, $"visitor-{Ada.Visitor:D}", 0), (finding.Fault, finding.Position, finding.Stream, finding.Revision));
    }

    [Fact]
    public async Task What_was_cut_off_at_the_end_is_named()
    {
        await Log.Session(Ada);
        var last = await Log.Session(Ben);
        await Keep();

        await Tamper($"DELETE FROM events WHERE position = {last.Value}");

        var finding = Assert.Single((await Audit()).Findings);
        Assert.Equal((AuditFault.Removed, last.Value), (finding.Fault, finding.Position));
    }

    [Fact]
    public async Task An_inserted_event_is_named()
    {
        await Log.Session(Ada);
        var place = await Log.Session(Ben);
        var stranger = await Log.Session(Person.New());
        await Log.Session(Ada);
        await Tamper($"UPDATE events SET position = 900 WHERE position = {place.Value}");
        await Tamper("UPDATE events SET position = position + 1000 WHERE position <> 900");
        await Keep();

        // A free place in the middle, as every log has.
        await Tamper($"INSERT INTO events SELECT 950, 'visitor-{Eve:D}', 0, '{Guid.NewGuid():D}', type, at, data, metadata FROM events WHERE position = {stranger.Value + 1000}");

        var finding = Assert.Single((await Audit()).Findings);
        Assert.Equal((AuditFault.Inserted, 950, $"visitor-{Eve:D}", 0), (finding.Fault, finding.Position, finding.Stream, finding.Revision));
    }

    [Fact]
    public async Task Events_that_changed_places_are_named()
    {
        var (first, second) = (await Log.Session(Ada), await Log.Session(Ben));
        await Log.Session(Person.New());
        await Keep();

        await Tamper($"UPDATE events SET position = 5000 WHERE position = {first.Value}");
        await Tamper($"UPDATE events SET position = {first.Value} WHERE position = {second.Value}");
        await Tamper($"UPDATE events SET position = {second.Value} WHERE position = 5000");

        var findings = (await Audit()).Findings;
        Assert.Equal([(AuditFault.Reordered, first.Value), (AuditFault.Reordered, second.Value)], findings.Select(finding => (finding.Fault, finding.Position)));
        Assert.Equal($"visitor-{Ada.Visitor:D}", findings[0].Stream);
    }

    [Fact]
    public async Task Who_makes_the_whole_ledger_fit_is_found_by_what_was_published()
    {
        await Log.Session(Ada);
        await Keep();
        var kept = (await Store.Head(default)).Position;
        var position = await Log.Session(Ben);
        await Log.Session(Person.New());
        await Keep();

        await Tamper($"UPDATE events SET data = replace(data, '\"', ' \"') WHERE position = {position.Value}");
        await ComputeAnew();

        Assert.Empty((await Audit([])).Findings);
        var finding = Assert.Single((await Audit()).Findings);
        Assert.Equal((AuditFault.Anchor, (await Store.Head(default)).Position), (finding.Fault, finding.Position));
        Assert.Contains($"between position {kept} and {finding.Position}", finding.Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_cuts_off_the_end_of_log_and_ledger_is_found_by_what_was_published()
    {
        await Log.Session(Ada);
        await Keep();
        var last = await Log.Session(Ben);
        await Keep();

        await Tamper($"DELETE FROM events WHERE position = {last.Value}");
        await ComputeAnew();

        Assert.Empty((await Audit([])).Findings);
        Assert.Equal(AuditFault.Anchor, Assert.Single((await Audit()).Findings).Fault);
    }

    [Theory]
    [InlineData("UPDATE entries SET expires_at = 1")]
    [InlineData("UPDATE entries SET stream = 'visitor-x'")]
    [InlineData("UPDATE heads SET hash = (SELECT leaf FROM entries LIMIT 1)")]
    [InlineData("UPDATE heads SET events = 1")]
    public async Task A_ledger_that_was_changed_is_told(string change)
    {
        await Log.Session(Ada);
        await Log.Session(Ben);
        await Keep();

        await Overwrite(change);

        Assert.Contains((await Audit()).Findings, finding => finding.Fault == AuditFault.Ledger);
    }

    [Fact]
    public async Task Messages_that_expired_may_be_absent_and_no_others()
    {
        var match = Guid.NewGuid();
        await Log.Started(match, Ada, Ben);
        var message = await Log.Message(match, 1, Ada);
        var other = await Log.Message(match, 2, Ben);
        await Keep();

        await Tamper($"DELETE FROM events WHERE position = {message.Value}");

        Assert.Equal((AuditFault.Removed, message.Value), Assert.Single((await Audit()).Findings) is var early ? (early.Fault, early.Position) : default);
        var result = await Audit(later: Day);
        Assert.Empty(result.Findings);
        Assert.Equal(1, result.Expired);

        // One that is still there is looked at as ever.
        await Tamper($"UPDATE events SET data = replace(data, '\"', ' \"') WHERE position = {other.Value}");
        Assert.Equal((AuditFault.Changed, other.Value), Assert.Single((await Audit(later: Day)).Findings) is var changed ? (changed.Fault, changed.Position) : default);
    }

    [Fact]
    public async Task A_log_that_ends_before_the_ledger_is_not_written_over()
    {
        await Log.Session(Ada);
        var last = await Log.Session(Ben);
        await Keep();
        var head = await Store.Head(default);
        await Tamper($"DELETE FROM events WHERE position = {last.Value}");

        using var keeper = Keeper();
        await keeper.StartAsync(default);
        await keeper.StopAsync(default);

        Assert.Equal((head.Position, head.Events), await Store.Head(default) is var after ? (after.Position, after.Events) : default);
        Assert.Equal(AuditFault.Removed, Assert.Single((await Audit()).Findings).Fault);
    }

    [Fact]
    public async Task Two_who_write_at_once_do_not_both_extend_it()
    {
        await Log.Session(Ada);
        await Keep();
        var head = await Store.Head(default);
        LedgerEntry Entry(long position) => new() { Position = position, Stream = "visitor-x", Revision = 0, ExpiresAt = null, Leaf = new byte[32] };

        await Store.Append(head, [Entry(head.Position + 1)], default);
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Store.Append(head, [Entry(head.Position + 2)], default));

        Assert.Equal(head.Events + 1, (await Store.Head(default)).Events);
    }

    [Fact]
    public async Task The_last_audit_is_kept()
    {
        Assert.Null(await Store.LastAudit(default));
        var position = await Log.Session(Ada);
        await Log.Session(Ben);
        await Keep();
        await Store.Add((await Audit()).ToRecord(), default);
        await Tamper($"DELETE FROM events WHERE position = {position.Value}");

        var broken = await Audit(later: TimeSpan.FromSeconds(1));
        await Store.Add(broken.ToRecord(), default);

        var last = (await Store.LastAudit(default))!;
        Assert.Equal((false, broken.Position, broken.Findings[0].Says), (last.IsSound, last.Position, last.Findings));
    }

    private static Guid Eve { get; } = Guid.NewGuid();

    /// <summary>Lets the ledger take in what is in the log, and publishes an anchor.</summary>
    private async Task Keep()
    {
        using var keeper = Keeper();
        await keeper.StartAsync(default);
        var end = await Source.End(null, default) is not null ? Log.Store.End()!.Value.Value : 0;
        await Eventually.Until(async () => (await Store.Head(default)).Position >= end, "the ledger came to the log's end");
        await keeper.StopAsync(default);
        Assert.Equal(end, (await Store.LastAnchor(default))!.Position);
    }

    private LedgerKeeper Keeper() =>
        new(Source, Store, Anchors, TimeSpan.FromHours(1), Day, TimeProvider.System, NullLogger<LedgerKeeper>.Instance);

    private Task<AuditResult> Audit(IReadOnlyList<LedgerAnchor>? anchors = null, TimeSpan later = default) =>
        new LedgerAudit(Source, Store, new Later(later)).Run(anchors ?? Anchors.Read(), null, default);

    /// <summary>Makes every entry and the head what they would be if the log had always been as it is.</summary>
    private async Task ComputeAnew()
    {
        await Overwrite("DELETE FROM entries");
        await Overwrite("DELETE FROM heads");
        var entries = new List<LedgerEntry>();
        await foreach (var item in Source.Everything(null, default))
        {
            if (item is LogItem.CaughtUp)
            {
                break;
            }

            if (item is LogItem.Event { Recorded: var recorded })
            {
                entries.Add(new()
                {
                    Position = recorded.Position.Value,
                    Stream = recorded.Stream.Value,
                    Revision = recorded.Revision,
                    ExpiresAt = null,
                    Leaf = HashChain.Leaf(recorded),
                });
            }
        }

        await Store.Append(new(), entries, default);
    }

    private async Task<int> Tamper(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Log.Store.File};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteNonQueryAsync();
    }

    private sealed class Later(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
