using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Events;
using RandomChat.Infrastructure;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Projections.Ledger;
using RandomChat.Projections.Tests.Commands;
using RandomChat.Projections.Tests.Engine;
using RandomChat.StandIn;

namespace RandomChat.Projections.Tests.Copy;

/// <summary><c>copy-log</c> as an operator runs it.</summary>
public sealed class CopyLogCommandTests : IAsyncLifetime
{
    private readonly TestLog log = new();
    private readonly string place = Directory.CreateTempSubdirectory("randomchat-copy-").FullName;
    private StandInServer server = null!;
    private EventStoreDbEventStore target = null!;

    private string Connection => $"esdb://127.0.0.1:{server.Address.Port}?tls=false";

    private string Anchors => log.Folder + ".anchors.ndjson";

    public async ValueTask InitializeAsync()
    {
        server = await StandInServer.Start(new() { Data = place });
        target = new(EventStoreDbSettings.Parse(Connection), TimeProvider.System, NullLogger<EventStoreDbEventStore>.Instance);
        await log.Traffic(20);
    }

    public async ValueTask DisposeAsync()
    {
        await target.DisposeAsync();
        await server.DisposeAsync();
        await log.DisposeAsync();
        Directory.Delete(place, recursive: true);
        File.Delete(Anchors);
    }

    [Fact(Explicit = true)]
    public async Task A_killed_copy_goes_on_and_is_finished_once_by_who_has_the_log_to_itself()
    {
        // Everything arrives, nothing is answered, and then it is killed.
        server.Faults.SwallowAnswers = true;
        using (var killed = Cli.Start(log.Folder, log.Folder, "copy-log", "--to", Connection))
        {
            await Eventually.Until(async () => await Count() > 100, "a part is copied");
            killed.Kill();
            await killed.WaitForExitAsync();
        }

        server.Faults.SwallowAnswers = false;
        using (DataDirectoryLock.Take(log.Folder))
        {
            var (code, output, _) = await Copy();
            Assert.Equal((0, true), (code, output.Contains("NOT FINISHED", StringComparison.Ordinal)));
        }

        await log.Session(Person.New());
        var (finished, said, _) = await Copy("--json");
        var told = JsonSerializer.Deserialize<JsonElement>(said);
        Assert.Equal((0, true, 1), (finished, told.GetProperty("isFinished").GetBoolean(), told.GetProperty("copied").GetInt64()));
        Assert.Equal(told.GetProperty("position").GetInt64() + 1, await Count());

        var (same, sound, _) = await Copy("--verify-only");
        Assert.Equal((0, true, false), (same, sound.Contains("what this ledger and these anchors say", StringComparison.Ordinal), sound.Contains("Next:", StringComparison.Ordinal)));
        Assert.Equal(0, (await Copy()).Code);

        // Had the embedded log gone on, the copy would not know.
        await log.Session(Person.New());
        await Keep();
        var (wrong, _, error) = await Copy();
        Assert.Equal((1, true), (wrong, error.Contains("went on", StringComparison.Ordinal)));
    }

    [Fact(Explicit = true)]
    public async Task Who_breaks_it_off_is_told_what_stays_though_the_target_has_stopped_answering()
    {
        server.Faults.SwallowAnswers = true;
        using var copy = Cli.Start(log.Folder, log.Folder, "copy-log", "--to", Connection);
        var said = copy.StandardError.ReadToEndAsync();
        await Eventually.Until(async () => await Count() > 100, "a part is copied");

        using (var signal = Process.Start("kill", ["-TERM", $"{copy.Id}"]))
        {
            await signal.WaitForExitAsync();
        }

        await copy.WaitForExitAsync();
        Assert.NotEqual(0, copy.ExitCode);
        Assert.Contains("the same command goes on behind it", await said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_with_its_code()
    {
        Assert.Equal(2, (await Cli.Run(log.Folder, log.Folder, "copy-log")).Code);
        var unreadable = await Cli.Run(log.Folder, log.Folder, "copy-log", "--to", "amqp://host");
        Assert.Equal(2, unreadable.Code);
        Assert.StartsWith("The connection string of EventStoreDB is wrong", unreadable.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await Copy($"--ConnectionStrings:EventStoreDb={Connection}")).Code);
        Assert.Equal(3, (await Cli.Run(log.Folder, log.Folder, "copy-log", "--to", "esdb://127.0.0.1:1?tls=false")).Code);

        Assert.IsType<AppendResult.Appended>(await target.Append(
            StreamName.For("match", Guid.NewGuid()), ExpectedRevision.NoStream, [new(Guid.NewGuid(), "somebody.elses.v1", "{}"u8.ToArray(), "{}"u8.ToArray())], default));
        var (code, _, error) = await Copy();
        Assert.Equal((1, true), (code, error.Contains("another log", StringComparison.Ordinal)));
        Assert.Equal(1, await Count());
    }

    [Fact]
    public async Task Only_what_was_finished_is_verified_and_nobody_is_told_to_empty_it()
    {
        var (early, _, unfinished) = await Copy("--verify-only");
        Assert.Equal((1, true), (early, unfinished.Contains("not finished", StringComparison.Ordinal)));
        Assert.Equal(0, (await Copy()).Code);

        // The file of the settings holds what was published since, of another ledger.
        await File.WriteAllTextAsync(Anchors, """{"position":3,"events":3,"hash":"00","at":"2026-03-01T12:00:00+00:00"}""" + "\n");
        var (code, output, _) = await Copy("--verify-only");

        Assert.Equal((1, true), (code, output.Contains("Keep the target", StringComparison.Ordinal)));
        Assert.DoesNotContain("empty the target", output, StringComparison.Ordinal);
        Assert.Equal(0, (await Copy("--verify-only", "--without-anchors")).Code);
        Assert.Equal(2, (await Copy("--verify-only", "--ledger", Path.Combine(log.Folder, "ledger.db"))).Code);
    }

    [Fact]
    public async Task Anchors_that_are_missing_are_not_made_anew()
    {
        await Keep();
        File.Delete(Anchors);
        await log.Session(Person.New());

        var (code, _, error) = await Copy();

        Assert.Equal((1, true), (code, error.Contains("cannot be read", StringComparison.Ordinal)));
        Assert.False(File.Exists(Anchors));
    }

    [Fact]
    public async Task A_directory_that_may_not_be_written_is_not_taken_for_one_in_use()
    {
        // Nobody can open it as a file, and even who may everything is refused.
        Directory.CreateDirectory(Path.Combine(log.Folder, "server.lock"));

        var (code, _, error) = await Copy();

        Assert.Equal((3, true, 0), (code, error.Contains("may not write there", StringComparison.Ordinal), await Count()));
    }

    /// <summary>Lets the ledger take in what is there, and publish it.</summary>
    private async Task Keep()
    {
        await using var ledger = LedgerStore.InFile(Path.Combine(log.Folder, "ledger.db"));
        using var keeper = new LedgerKeeper(
            new(log.Store), ledger, new(Anchors), TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeProvider.System, NullLogger<LedgerKeeper>.Instance);
        await keeper.CatchUp(default);
    }

    private Task<(int Code, string Output, string Error)> Copy(params string[] options) =>
        Cli.Run(log.Folder, log.Folder, ["copy-log", "--to", Connection, .. options]);

    private async Task<long> Count() => await target.Subscribe(null, default).TakeWhile(item => item is not LogItem.CaughtUp).LongCountAsync(item => item is LogItem.Event);
}
