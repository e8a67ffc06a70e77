using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using RandomChat.Application.Events;
using RandomChat.Application.Settings;
using RandomChat.Infrastructure;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Infrastructure.Settings;
using RandomChat.Infrastructure.Sqlite;
using RandomChat.Projections.Copy;
using RandomChat.Projections.Ledger;

namespace RandomChat.Projections.Commands;

/// <summary><c>copy-log</c>: moves the embedded log into EventStoreDB, beside a running server but for the last time.</summary>
internal static class CopyLogCommand
{
    public static Command Create(IConfiguration settings)
    {
        var to = new Option<string>("--to") { Description = "The EventStoreDB to copy into, as ConnectionStrings:EventStoreDb names it. It holds nothing yet, or an earlier part of this copy", Required = true };
        var verifyOnly = new Option<bool>("--verify-only") { Description = "Copy nothing: compare a copy that was finished with the ledger of the embedded log, also long after" };
        var ledger = new Option<FileInfo?>("--ledger") { Description = "With --verify-only: the file of the ledger that was set aside, where it is not in its place any more; goes with --anchors" };
        var anchors = new Option<FileInfo?>("--anchors") { Description = "Compare with this copy of the anchors instead of the file of the settings" };
        var without = new Option<bool>("--without-anchors") { Description = "Compare with none: whoever changed the ledger as well is not found" };
        var json = Shared.Json();
        var command = new Command("copy-log", "Copy the embedded event log into EventStoreDB and verify it by the ledger; it can be interrupted and run again, and goes on where it was. Finished by the run for which the server is stopped")
        {
            to, verifyOnly, ledger, anchors, without, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(ledger) is not null && !result.GetValue(verifyOnly))
            {
                result.AddError("--ledger goes with --verify-only: the copy itself is compared with the ledger of the data directory.");
            }

            if (result.GetValue(ledger) is not null && result.GetValue(anchors) is null && !result.GetValue(without))
            {
                result.AddError("--ledger needs --anchors: the file of the settings holds the anchors of the ledger that is in use now. Name the one that was set aside, or say --without-anchors.");
            }
        });
        command.SetAction((parsed, ct) => Run(
            settings,
            new(
                parsed.GetRequiredValue(to), parsed.GetValue(verifyOnly), parsed.GetValue(ledger)?.FullName,
                parsed.GetValue(without) ? null : parsed.GetValue(anchors)?.FullName ?? LedgerOptions.FileOf(settings), parsed.GetValue(json)),
            ct));
        return command;
    }

    private static async Task<int> Run(IConfiguration settings, CopyOrder order, CancellationToken ct)
    {
        // Said at once: a target that has stopped answering is waited for, and the process may be ended over that.
        await using var told = ct.Register(() => Console.Error.WriteLine("Cancelled. What was copied stays there; the same command goes on behind it."));
        try
        {
            return await Copy(settings, order, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return ExitCodes.Cancelled;
        }
    }

    private static async Task<int> Copy(IConfiguration settings, CopyOrder order, CancellationToken ct)
    {
        if (settings.GetConnectionString("EventStoreDb") is { Length: > 0 })
        {
            await Console.Error.WriteLineAsync("ConnectionStrings:EventStoreDb is set: the embedded log is copied, with the settings under which it is in use. Take that one out, and name the target by --to.");
            return ExitCodes.Usage;
        }

        var connection = EventStoreDbSettings.Parse(order.To);
        var data = RandomChatSettings.DataDirectory(settings);
        await using var source = SqliteEventStore.OpenReadOnly(Path.Combine(data, "events.db"), TimeProvider.System);
        await using var target = new EventStoreDbCopy(connection, TimeProvider.System, NullLogger<EventStoreDbEventStore>.Instance);
        var messages = settings.GetSection(RetentionOptions.Section).Get<RetentionOptions>() ?? new();
        var copy = new LogCopy(source, target, messages.Messages, TimeProvider.System);
        var state = await copy.Look(ct);
        if (state.Moved is not null || order.VerifyOnly)
        {
            return await Verify(settings, copy, state, order, ct);
        }

        // Who holds the directory has the log to itself: what is copied now is all that there will ever be.
        using var alone = TryTake(data);
        await using var ledger = LedgerStore.Open(settings, TimeProvider.System);
        LedgerHead? head = null;
        if (alone is not null)
        {
            // Before the keeper publishes: it would make a file that is missing anew.
            await ledger.Prepare(ct);
            await Anchors(ledger, order, ct);
            using var keeper = new LedgerKeeper(
                new(source), ledger, new(LedgerOptions.FileOf(settings)), TimeSpan.FromHours(1), messages.Messages, TimeProvider.System, NullLogger<LedgerKeeper>.Instance);
            head = await keeper.CatchUp(ct);
        }

        var from = state.After?.Value ?? 0;
        var (copied, position) = await Progress.Show(
            "copying", (source.End()?.Value ?? 0) - from, passed => copy.Run(state.After, at => passed(at.Value - from), ct));
        if (head is null)
        {
            Tell(order, copied, position, audit: null, isFinished: false);
            return ExitCodes.Success;
        }

        var found = await Audit(copy, ledger, head, order, ct);
        if (found.IsSound)
        {
            await copy.Finish(head, ct);
        }

        Tell(order, copied, position, found, found.IsSound);
        return found.IsSound ? ExitCodes.Success : ExitCodes.CheckFailed;
    }

    /// <summary>Of a copy that was finished: before, the ledger is ahead of it.</summary>
    private static async Task<int> Verify(IConfiguration settings, LogCopy copy, CopyState state, CopyOrder order, CancellationToken ct)
    {
        if (state.Moved is not { } moved)
        {
            throw new CopyRefusedException("The copy is not finished: run it without --verify-only. The run for which the server is stopped compares everything.");
        }

        await using var ledger = order.Ledger is { } aside ? LedgerStore.InFile(aside) : LedgerStore.Open(settings, TimeProvider.System);
        await ledger.Prepare(ct);
        var head = await ledger.Head(ct);
        if (!head.IsWhatWasMoved(moved))
        {
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"The copy was finished at {moved.At:u}, when this ledger ended at position {moved.Position:N0} with the hash {moved.Hash}. It ends at position {head.Position:N0} now: it is another one (name the one that was set aside by --ledger, its anchors by --anchors), or the embedded log went on, which the copy does not know."));
            return ExitCodes.CheckFailed;
        }

        var found = await Audit(copy, ledger, head, order, ct);
        Tell(order, copied: 0, head.Position == 0 ? null : new(head.Position), found, isFinished: true);
        return found.IsSound ? ExitCodes.Success : ExitCodes.CheckFailed;
    }

    private static async Task<AuditResult> Audit(LogCopy copy, LedgerStore ledger, LedgerHead head, CopyOrder order, CancellationToken ct)
    {
        var anchors = await Anchors(ledger, order, ct);
        return await Progress.Show("verifying", new(head.Position), passed => copy.Verify(ledger, anchors, passed, ct));
    }

    /// <exception cref="AnchorFileException">They cannot be read, or are not there though some were published.</exception>
    private static async Task<IReadOnlyList<LedgerAnchor>> Anchors(LedgerStore ledger, CopyOrder order, CancellationToken ct) =>
        order.Anchors is null ? [] : await AuditCommand.Anchors(new(order.Anchors), ledger, ct);

    private static void Tell(CopyOrder order, long copied, LogPosition? position, AuditResult? audit, bool isFinished)
    {
        if (order.Json)
        {
            Shared.PrintJson(new { copied, position = position?.Value, isFinished, audit });
            return;
        }

        if (!order.VerifyOnly)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Copied: {copied:N0} events, up to position {position?.Value ?? 0:N0} of the embedded log."));
        }

        if (audit is not null)
        {
            AuditCommand.Print(audit);
        }

        Console.WriteLine((audit, isFinished) switch
        {
            (null, _) => "NOT FINISHED: a server writes into the embedded log. Stop it, and run the same command once more: it copies the rest, compares everything with the ledger and finishes.",
            ({ IsSound: false }, false) => "NOT FINISHED: the copy is not what the ledger says. If audit says the same of the embedded log, that was changed; else empty the target and copy again.",
            ({ IsSound: false }, true) => "The copy was finished, and is not what this ledger and these anchors say. Keep the target: it is the log that is in use. Are the anchors those that were set aside with this ledger (--anchors)? If so, what is named was changed since.",
            _ when order.VerifyOnly => "The copy is what this ledger and these anchors say.",
            _ => "Finished: every event is there as the ledger has it. Next: set ConnectionStrings:EventStoreDb to the target and start the server; its read models and pairing index build themselves anew, and the ledger begins anew after this one. Never start it on the embedded log again. The runbook's Growing says the rest.",
        });
    }

    private static DataDirectoryLock? TryTake(string data)
    {
        try
        {
            return DataDirectoryLock.Take(data);
        }
        catch (DataDirectoryException e) when (!e.IsForbidden)
        {
            return null;
        }
    }

    /// <param name="Ledger">A file; null: where the settings say.</param>
    /// <param name="Anchors">A file; null: none.</param>
    private sealed record CopyOrder(string To, bool VerifyOnly, string? Ledger, string? Anchors, bool Json);
}
