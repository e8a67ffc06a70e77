using System.CommandLine;

namespace RandomChat.Load.Speed;

/// <summary>The verbs that measure what people notice of a server's speed, and what it costs, beside bare SignalR where asked to.</summary>
internal static class SpeedCommands
{
    private static readonly Option<bool> Compare = new("--compare") { Description = "Measure bare SignalR by turns with the product." };
    private static readonly Option<int> Rounds = new("--rounds") { Description = "Runs of each.", DefaultValueFactory = _ => 2 };
    private static readonly Option<int> Pairs = new("--pairs") { Description = "How many talk with each other.", DefaultValueFactory = _ => 100 };
    private static readonly Option<double> WarmUp = new("--warm-up") { Description = "Seconds of talk that count for nothing: until the runtime has compiled for good what is in use.", DefaultValueFactory = _ => 20 };
    private static readonly Option<bool> EveryHead = new("--every-head") { Description = "Let the trained heads have a whole core instead of the tenth of one that they have as shipped." };

    public static Task<int> Run(string[] args) => new RootCommand("Measures the server's speed.") { Chat(), Open(), Burst(), Idle(), Baseline(), Esdb() }.Parse(args).InvokeAsync();

    private static Command Chat()
    {
        var seconds = new Option<double>("--seconds") { Description = "How long is measured.", DefaultValueFactory = _ => 10 };
        var oneSide = new Option<bool>("--one-side") { Description = "Only one of each pair writes." };
        var command = new Command("chat", "Each sends the next message as soon as the one before has arrived.") { Pairs, WarmUp, seconds, oneSide, EveryHead, Compare, Rounds };
        command.SetAction((given, _) =>
        {
            var scenario = new ChatScenario(given.GetValue(Pairs), given.GetValue(WarmUp), given.GetValue(seconds));
            return Measure(given, subject => scenario.Closed(subject, !given.GetValue(oneSide)));
        });
        return command;
    }

    private static Command Open()
    {
        var seconds = new Option<double>("--seconds") { Description = "How long is measured.", DefaultValueFactory = _ => 20 };
        var rate = new Option<int>("--rate") { Description = "Messages a second, of all together.", DefaultValueFactory = _ => 1_000 };
        var command = new Command("open", "Messages come at a constant rate, whatever became of those before.") { Pairs, WarmUp, seconds, rate, EveryHead, Compare, Rounds };
        command.SetAction((given, _) =>
        {
            var scenario = new ChatScenario(given.GetValue(Pairs), given.GetValue(WarmUp), given.GetValue(seconds));
            return Measure(given, subject => scenario.Open(subject, given.GetValue(rate)));
        });
        return command;
    }

    private static Command Burst()
    {
        var people = new Option<int>("--people") { Description = "How many press Start at once.", DefaultValueFactory = _ => 1_000 };
        var warmUp = new Option<int>("--warm-up") { Description = "How many others join before, and count for nothing.", DefaultValueFactory = _ => 10_000 };
        var bursts = new Option<int>("--bursts") { Description = "How often in a run, with others each time.", DefaultValueFactory = _ => 3 };
        var command = new Command("burst", "All who are connected press Start in the same moment.") { people, warmUp, bursts, Compare, Rounds };
        command.SetAction((given, _) => Measure(
            given, new BurstScenario(given.GetValue(people), given.GetValue(warmUp), given.GetValue(bursts)).Run));
        return command;
    }

    private static Command Idle()
    {
        var people = new Option<int>("--people") { Description = "How many wait.", DefaultValueFactory = _ => 10_000 };
        var command = new Command("idle", "What people who wait cost in memory.") { people, Compare, Rounds };
        command.SetAction((given, _) => Measure(given, new MemoryScenario(given.GetValue(people), Wait).Run, ("Matching:Timeout", "01:00:00")));
        return command;
    }

    /// <summary>With the product each for somebody who is not there; the bare server just keeps them.</summary>
    private static void Wait(Crowd crowd, IReadOnlyList<Someone> people)
    {
        if (crowd.Server is Product)
        {
            crowd.Wait(people);
        }
    }

    private static Command Baseline()
    {
        var urls = new Option<string>("--urls") { Description = "Where it listens.", Required = true };
        var command = new Command("baseline", "Run the bare server alone.") { urls };
        command.SetAction((given, _) => BareServer.Run(given.GetValue(urls)!));
        return command;
    }

    private static Command Esdb()
    {
        var connection = new Argument<string?>("connection") { Description = "A server, as esdb://…; without it a stand-in.", Arity = ArgumentArity.ZeroOrOne };
        var seconds = new Option<double>("--seconds") { Description = "How long each run appends.", DefaultValueFactory = _ => 3 };
        var events = new Option<int>("--events") { Description = "How many each run reads.", DefaultValueFactory = _ => 200_000 };
        var command = new Command("esdb", "The EventStoreDB adapter beside the official Node client.") { connection, seconds, events, Rounds };
        command.SetAction((given, _) => EventLogClients.Run(given.GetValue(connection), given.GetValue(Rounds), given.GetValue(seconds), given.GetValue(events)));
        return command;
    }

    private static async Task<int> Measure(ParseResult given, Func<Subject, IReadOnlyList<Figure>> scenario, params (string Key, string Value)[] settings)
    {
        var all = settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value);
        if (given.GetValue(EveryHead))
        {
            all["Screening:ModelCpuShare"] = "1";
        }

        Console.WriteLine("The product as it ships, without limits and captcha, which nobody here would get past.");
        await new Comparison(all, scenario).Run(given.GetValue(Rounds), given.GetValue(Compare));
        return 0;
    }
}
