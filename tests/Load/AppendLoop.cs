using RandomChat.Application.Events;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Load;

/// <summary>A process to be watched or killed from outside: its output says which appends were acknowledged.</summary>
internal static class AppendLoop
{
    public static async Task<int> Run(string file, int count)
    {
        await using var store = SqliteEventStore.Open(file, TimeProvider.System);
        var output = Console.Out;
        await output.WriteLineAsync("open");
        await output.FlushAsync();
        if (count > 0)
        {
            await Append(store, new("sequential"), count, output);
        }
        else
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Append(store, new($"endless-{n}"), int.MaxValue, output)));
        }

        return 0;
    }

    private static async Task Append(SqliteEventStore store, StreamName stream, int count, TextWriter output)
    {
        for (var revision = 0; revision < count; revision++)
        {
            var id = Guid.NewGuid();
            var result = await store.Append(stream, new(revision - 1), [new(id, "load.appended.v1", "{}"u8.ToArray(), "{}"u8.ToArray())], default);
            if (result is not AppendResult.Appended)
            {
                throw new InvalidOperationException($"{stream} at {revision}: {result}");
            }

            lock (output)
            {
                output.WriteLine($"{stream} {revision} {id}");
                output.Flush();
            }
        }
    }
}
