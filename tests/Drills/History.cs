using System.Diagnostics;
using System.Text.Json;
using RandomChat.Engines;

namespace RandomChat.Drills;

/// <summary>The log afterwards, as an operator reads it, against what people were promised.</summary>
internal static class History
{
    private const string Sent = "matches.message.sent.v1";
    private const string Started = "matches.match.started.v1";
    private const string Ended = "matches.match.ended.v1";

    /// <summary>Adds a breach for everything that is not as it was promised.</summary>
    public static async Task Check(World world, Witness witness)
    {
        var file = Path.GetTempFileName();
        try
        {
            await Command(world, witness, "export", "--format", "ndjson", "--out", file);
            var rows = await File.ReadAllLinesAsync(file);
            foreach (var breach in Compare(rows, witness))
            {
                witness.Breach(breach);
            }

            foreach (var (what, changed) in Damaged(rows))
            {
                if (!Compare(changed, witness).Any())
                {
                    witness.Breach($"The check is no check: {what} was not found.");
                }
            }

            var sent = rows.Count(row => Type(row) == Sent);
            Console.WriteLine($"The log has {sent:N0} messages; {witness.Messages.Count:N0} were acknowledged, {witness.Heard.Count:N0} heard.");
        }
        finally
        {
            File.Delete(file);
        }

        await Command(world, witness, "audit");
        await Command(world, witness, "verify");
    }

    private static IEnumerable<string> Compare(IEnumerable<string> rows, Witness witness)
    {
        var kept = new Dictionary<string, (string Stream, int Sequence)>();
        var last = new Dictionary<string, int>();
        var open = new HashSet<string>();
        foreach (var row in rows)
        {
            using var document = JsonDocument.Parse(row);
            var stream = document.RootElement.Text("stream");
            switch (document.RootElement.Text("type"))
            {
                case Sent:
                    var data = document.RootElement.GetProperty("data");
                    var (id, sequence) = (data.Text("messageId"), data.GetProperty("sequence").GetInt32());
                    if (!kept.TryAdd(id, (stream, sequence)))
                    {
                        yield return $"The log has the message {id} twice.";
                    }

                    if (sequence != last.GetValueOrDefault(stream) + 1)
                    {
                        yield return $"In {stream} the message {sequence} follows {last.GetValueOrDefault(stream)}.";
                    }

                    last[stream] = sequence;
                    break;
                case Started when !open.Add(stream):
                    yield return $"{stream} begins twice.";
                    break;
                case Ended when !open.Remove(stream):
                    yield return $"{stream} ends twice, or before it began.";
                    break;
            }
        }

        foreach (var stream in open)
        {
            yield return $"{stream} never ends.";
        }

        foreach (var message in witness.Messages.Values)
        {
            if (!kept.TryGetValue(message.MessageId, out var found) || found != ($"messages-{message.MatchId}", message.Sequence))
            {
                yield return $"The message {message.MessageId} was acknowledged as {message.Sequence} of the match {message.MatchId}, and is not there in the log.";
            }
        }

        foreach (var (id, said) in witness.Heard)
        {
            if (!kept.ContainsKey(id))
            {
                yield return $"The message {id} of the match {said.Match} was heard and is not in the log.";
            }
        }
    }

    /// <summary>The same log as it would be if a promise had been broken: each time the check finds it, it is known to look.</summary>
    private static IEnumerable<(string What, IEnumerable<string> Rows)> Damaged(string[] rows)
    {
        var ends = Array.FindLastIndex(rows, row => Type(row) == Ended);

        // One that others were said before in its match, else it could not be out of its order.
        var message = Array.FindLastIndex(rows, row => Type(row) == Sent && SequenceOf(row) > 1);
        if (message > 0 && ends > 0)
        {
            yield return ("a lost message", rows.Where((_, place) => place != message));
            yield return ("a doubled message", [.. rows, rows[message]]);
            yield return ("a message out of its order", [rows[message], .. rows.Where((_, place) => place != message)]);
            yield return ("a match without an end", rows.Where((_, place) => place != ends));
        }
    }

    private static int SequenceOf(string row)
    {
        using var document = JsonDocument.Parse(row);
        return document.RootElement.GetProperty("data").GetProperty("sequence").GetInt32();
    }

    private static string Type(string row)
    {
        using var document = JsonDocument.Parse(row);
        return document.RootElement.Text("type");
    }

    private static async Task Command(World world, Witness witness, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [BuiltProgram.Path("Projections"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var (name, value) in world.Measured.Environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Console.WriteLine($"{arguments[0]}: {(process.ExitCode == 0 ? "as it should be" : $"exit {process.ExitCode}")}");
        if (process.ExitCode != 0)
        {
            witness.Breach($"{arguments[0]} failed with {process.ExitCode}: {await output}{await errors}");
        }
    }
}
