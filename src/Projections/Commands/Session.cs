using System.CommandLine;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using RandomChat.Application.Events;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Commands;

/// <summary>What a command works on: the log to read, and the read models, beside a server that may be running.</summary>
internal sealed class Session : IAsyncDisposable
{
    private Session(LogSource log, IReadStore store)
    {
        (Log, Store) = (log, store);
        Feed = new(log, EventCodec.Default, TimeProvider.System);
    }

    public LogSource Log { get; }

    public IReadStore Store { get; }

    public EventFeed Feed { get; }

    public static Session Open(IConfiguration settings)
    {
        var log = LogSource.Open(settings);
        return new(log, ProjectionsSetup.OpenStore(settings, TimeProvider.System));
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Log.DisposeAsync();
    }
}

/// <summary>Arguments and options that several commands share, and how they print.</summary>
internal static class Shared
{
    private static readonly JsonSerializerOptions Indented = new(EventCodec.Json) { WriteIndented = true };

    public static Option<bool> Json() => new("--json") { Description = "JSON for machines" };

    public static Argument<string> ProjectionName(ArgumentArity arity)
    {
        var argument = new Argument<string>("projection")
        {
            Description = string.Join(", ", ProjectionsSetup.All.Select(projection => projection.Name)),
            Arity = arity,
        };
        argument.AcceptOnlyFromAmong([.. ProjectionsSetup.All.Select(projection => projection.Name)]);
        return argument;
    }

    /// <summary>The projections of that name; all for none.</summary>
    public static IReadOnlyList<Projection> Named(string? name) =>
        name is null ? ProjectionsSetup.All : [ProjectionsSetup.All.Single(projection => projection.Name == name)];

    public static void PrintJson(object value)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
        output.WriteLine(JsonSerializer.Serialize(value, Indented));
    }
}
