using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Infrastructure.Tests.EventStore;

/// <summary>What was acknowledged is on disk: watched from outside the process that appends.</summary>
public sealed partial class DurabilityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.File("events.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_lone_append_is_synced_before_it_is_acknowledged()
    {
        const int Appends = 50;
        const string Strace = "/usr/bin/strace";
        if (!System.IO.File.Exists(Strace))
        {
            Assert.Skip("strace is not installed, so syncs cannot be counted.");
        }

        var trace = _folder.File("trace");
        using var child = Start(Strace, "-f", "-y", "-e", "trace=fsync,fdatasync,write", "-o", trace, "dotnet", Load, "append", File, $"{Appends}");
        var errors = child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (child.ExitCode != 0 && (await errors).Contains("ptrace", StringComparison.OrdinalIgnoreCase))
        {
            Assert.Skip("This machine does not let strace trace: " + await errors);
        }

        Assert.True(child.ExitCode == 0, await errors);
        Assert.Equal(Appends, Acknowledged(output.Split('\n')).Count);

        // Between two acknowledgements written to the output lies at least one sync of the write-ahead log that succeeded.
        var (synced, acknowledged, syncs) = (false, 0, 0);
        var underWay = new HashSet<string>();
        foreach (var line in await System.IO.File.ReadAllLinesAsync(trace, TestContext.Current.CancellationToken))
        {
            var thread = line.Split(' ')[0];
            if (SyncOfLog().IsMatch(line) && line.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                underWay.Add(thread);
            }
            else if (line.EndsWith("= 0", StringComparison.Ordinal)
                && (SyncOfLog().IsMatch(line) || (line.Contains("sync resumed>", StringComparison.Ordinal) && underWay.Remove(thread))))
            {
                (synced, syncs) = (true, syncs + 1);
            }
            else if (Acknowledgement().IsMatch(line))
            {
                Assert.True(synced, $"acknowledged before any sync: {line}");
                (synced, acknowledged) = (false, acknowledged + 1);
            }
        }

        Assert.Equal(Appends, acknowledged);
        Assert.InRange(syncs, Appends, 2 * Appends);
    }

    [Fact]
    public async Task A_process_killed_in_mid_traffic_loses_nothing_that_it_acknowledged()
    {
        var lines = new List<string>();
        using (var child = Start("dotnet", Load, "append", File, "0"))
        {
            try
            {
                while (lines.Count < 500 && await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
                {
                    lines.Add(line);
                }
            }
            finally
            {
                child.Kill();
            }

            var rest = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

            // A last line that the kill cut short acknowledged nothing that can be checked.
            lines.AddRange(rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries));
            await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var acknowledged = Acknowledged(lines);
        Assert.True(acknowledged.Count >= 499);

        await using var store = SqliteEventStore.Open(File, TimeProvider.System);
        var all = new List<RecordedEvent>();
        await foreach (var item in store.Subscribe(null, TestContext.Current.CancellationToken))
        {
            if (item is not LogItem.Event { Recorded: var e })
            {
                break;
            }

            all.Add(e);
        }

        Assert.Equal(Enumerable.Range(1, all.Count).Select(n => (long)n), all.Select(e => e.Position.Value));
        foreach (var stream in all.GroupBy(e => e.Stream))
        {
            Assert.Equal(Enumerable.Range(0, stream.Count()).Select(n => (long)n), stream.Select(e => e.Revision));
        }

        var found = all.ToLookup(e => e.Id);
        foreach (var (stream, revision, id) in acknowledged)
        {
            var e = Assert.Single(found[id]);
            Assert.Equal((stream, revision), (e.Stream.Value, e.Revision));
        }

        var goesOn = all[0].Stream;
        Assert.IsType<AppendResult.Appended>(await store.Append(
            goesOn, new(all.Last(e => e.Stream == goesOn).Revision),
            [new(Guid.NewGuid(), "load.appended.v1", "{}"u8.ToArray(), "{}"u8.ToArray())], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_disk_that_is_really_full_refuses_and_recovers_when_there_is_room()
    {
        var disk = _folder.File("disk");
        Directory.CreateDirectory(disk);
        if (await Exit("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk) != 0)
        {
            Assert.Skip("A small file system cannot be mounted here.");
        }

        try
        {
            var ballast = Path.Combine(disk, "ballast");
            await System.IO.File.WriteAllBytesAsync(ballast, new byte[400_000], TestContext.Current.CancellationToken);
            await using (var store = SqliteEventStore.Open(Path.Combine(disk, "events.db"), TimeProvider.System))
            {
                var stream = new StreamName("match-full");
                var data = System.Text.Encoding.UTF8.GetBytes($"\"{new string('x', 20_000)}\"");
                var revision = -1L;
                Exception? refused = null;
                for (var n = 0; n < 100 && refused is null; n++)
                {
                    refused = await Record.ExceptionAsync(async () =>
                        revision = Assert.IsType<AppendResult.Appended>(await store.Append(
                            stream, new(revision), [new(Guid.NewGuid(), "load.appended.v1", data, "{}"u8.ToArray())], default)).Revision);
                }

                Assert.IsType<DependencyUnavailableException>(refused);
                Assert.InRange(revision, 1, 98);
                await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await store.ProveAppends(TestContext.Current.CancellationToken));
                Assert.Equal(revision + 1, (await store.Read(stream, 0, default).ToListAsync(TestContext.Current.CancellationToken)).Count);

                System.IO.File.Delete(ballast);
                while (await Record.ExceptionAsync(async () => await store.ProveAppends(TestContext.Current.CancellationToken)) is { } still)
                {
                    Assert.IsType<DependencyUnavailableException>(still);
                    await Task.Delay(100, TestContext.Current.CancellationToken);
                }

                Assert.Equal(new AppendResult.WrongRevision(revision), await store.Append(
                    stream, new(revision - 1), [new(Guid.NewGuid(), "load.appended.v1", data, "{}"u8.ToArray())], default));
                Assert.IsType<AppendResult.Appended>(await store.Append(
                    stream, new(revision), [new(Guid.NewGuid(), "load.appended.v1", data, "{}"u8.ToArray())], default));
            }
        }
        finally
        {
            await Exit("umount", disk);
        }
    }

    [GeneratedRegex(@"(fsync|fdatasync)\(\d+<[^>]*events\.db-wal>")]
    private static partial Regex SyncOfLog();

    [GeneratedRegex(@"write\(\d+<[^>]*>, ""sequential \d+ ")]
    private static partial Regex Acknowledgement();

    private static string Load { get; } = typeof(DurabilityTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "LoadAssembly").Value!;

    private static List<(string Stream, long Revision, Guid Id)> Acknowledged(IEnumerable<string> lines) =>
    [
        .. lines.Select(line => line.Split(' '))
            .Where(words => words.Length == 3)
            .Select(words => (words[0], long.Parse(words[1], CultureInfo.InvariantCulture), Guid.Parse(words[2]))),
    ];

    private static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static async Task<int> Exit(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
