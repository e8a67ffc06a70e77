using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using RandomChat.Projections.Ledger;

namespace RandomChat.Projections.Commands;

/// <summary><c>audit</c>: whether the log is what the ledger and its published anchors say.</summary>
internal static class AuditCommand
{
    public static Command Create(IConfiguration settings)
    {
        var anchors = new Option<FileInfo?>("--anchors") { Description = "Compare with this copy of the anchors instead of the file of the settings" };
        var without = new Option<bool>("--without-anchors") { Description = "Compare with none: whoever changed the ledger as well is not found" };
        var json = Shared.Json();
        var command = new Command("audit", "Check every event against the ledger, and the ledger against its published anchors; exit code 1 names what is broken")
        {
            anchors, without, json,
        };
        command.SetAction((parsed, ct) => Run(
            settings, parsed.GetValue(without) ? null : parsed.GetValue(anchors)?.FullName ?? LedgerOptions.FileOf(settings), parsed.GetValue(json), ct));
        return command;
    }

    /// <param name="anchorFile">Null: none.</param>
    private static async Task<int> Run(IConfiguration settings, string? anchorFile, bool json, CancellationToken ct)
    {
        await using var session = Session.Open(settings);
        await using var store = LedgerStore.Open(settings, TimeProvider.System);
        await store.Prepare(ct);
        var head = await store.Head(ct);
        var anchors = anchorFile is null ? [] : await Anchors(new(anchorFile), store, ct);
        var result = await Progress.Show(
            "auditing", new(head.Position), passed => new LedgerAudit(session.Log, store, TimeProvider.System).Run(anchors, passed, ct));
        await store.Add(result.ToRecord(), ct);
        if (json)
        {
            Shared.PrintJson(result);
        }
        else
        {
            Print(result);
        }

        return result.IsSound ? ExitCodes.Success : ExitCodes.CheckFailed;
    }

    /// <summary>There has to be a file once something was published.</summary>
    internal static async Task<IReadOnlyList<LedgerAnchor>> Anchors(AnchorFile file, LedgerStore store, CancellationToken ct) =>
        file.Exists || await store.LastAnchor(ct) is not null ? file.Read() : [];

    internal static void Print(AuditResult result)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(result.IsSound ? "Sound" : "BROKEN")}: {result.Events:N0} events up to position {result.Position:N0}, {result.Expired:N0} of them expired and absent, {result.Anchors:N0} anchors compared."));
        Console.WriteLine($"Hash: {result.Hash}");
        if (result.Waiting > 0)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Waiting:N0} later events are not in the ledger yet: a running server adds them."));
        }

        foreach (var finding in result.Findings)
        {
            Console.WriteLine($"  {finding.Says}");
        }
    }
}
