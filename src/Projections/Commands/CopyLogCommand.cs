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
        var verifyOnly = new Option<bool>("--verify-only") { Description = "Copy nothing: compare what is there with the ledger of the embedded log, also long after" };
        var ledger = new Option<FileInfo?>("--ledger") { Description = "With --verify-only: the ledger that was set aside, where it is not in its place any more" };
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
        try
        {
            return await Copy(settings, order, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("Cancelled. What was copied stays there; the same command goes on behind it.");
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

        EventStoreDbSettings connection;
        try
        {
            connection = EventStoreDbSettings.Parse(order.To);
        }
        catch (FormatException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message);
            return ExitCodes.Usage;
        }

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

    /// <summary>Of a copy that was finished, or as far as it goes while nobody writes into the source.</summary>
    private static async Task<int> Verify(IConfiguration settings, LogCopy copy, CopyState state, CopyOrder order, CancellationToken ct)
    {
        using var alone = state.Moved is null ? DataDirectoryLock.Take(RandomChatSettings.DataDirectory(settings)) : null;
        await using var ledger = order.Ledger is { } aside ? LedgerStore.InFile(aside) : LedgerStore.Open(settings, TimeProvider.System);
        await ledger.Prepare(ct);
        var head = await ledger.Head(ct);
        if (state.Moved is { } moved && !head.IsWhatWasMoved(moved))
        {
            await Console.Error.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"The copy was finished at {moved.At:u}, when this ledger ended at position {moved.Position:N0} with the hash {moved.Hash}. It ends at position {head.Position:N0} now: it is another one (name the one that was set aside by --ledger, its anchors by --anchors), or the embedded log went on, which the copy does not know."));
            return ExitCodes.CheckFailed;
        }

        var found = await Audit(copy, ledger, head, order, ct);
        Tell(order, copied: 0, head.Position == 0 ? null : new(head.Position), found, isFinished: state.Moved is not null);
        return found.IsSound ? ExitCodes.Success : ExitCodes.CheckFailed;
    }

    private static async Task<AuditResult> Audit(LogCopy copy, LedgerStore ledger, LedgerHead head, CopyOrder order, CancellationToken ct)
    {
        var anchors = order.Anchors is null ? [] : await AuditCommand.Anchors(new(order.Anchors), ledger, ct);
        return await Progress.Show("verifying", new(head.Position), passed => copy.Verify(ledger, anchors, passed, ct));
    }

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
            ({ IsSound: false }, _) => "NOT FINISHED: the copy is not what the ledger says. If audit says the same of the embedded log, that was changed; else empty the target and copy again.",
            (_, false) => "So far it is a true copy. It is not finished.",
            _ => "Finished: every event is there as the ledger has it. Next: set ConnectionStrings:EventStoreDb to the target and start the server; its read models and pairing index build themselves anew, and the ledger begins anew after this one. Never start it on the embedded log again. The runbook's Growing says the rest.",
        });
    }

    private static DataDirectoryLock? TryTake(string data)
    {
        try
        {
            return DataDirectoryLock.Take(data);
        }
        catch (DataDirectoryException)
        {
            return null;
        }
    }

    /// <param name="Ledger">A file; null: where the settings say.</param>
    /// <param name="Anchors">A file; null: none.</param>
    private sealed record CopyOrder(string To, bool VerifyOnly, string? Ledger, string? Anchors, bool Json);
}
