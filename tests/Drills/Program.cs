using System.CommandLine;
using System.Globalization;
using RandomChat.Drills;
using RandomChat.Engines;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var minutes = new Option<double>("--minutes") { Description = "How long people talk.", DefaultValueFactory = _ => 30 };
var people = new Option<int>("--people") { Description = "How many there are at any time.", DefaultValueFactory = _ => 40 };
var rate = new Option<double>("--rate") { Description = "Messages a second, of all of them together.", DefaultValueFactory = _ => 20 };
var seed = new Option<int>("--seed") { Description = "Which faults there are and when; the same seed gives the same ones.", DefaultValueFactory = _ => Random.Shared.Next(1, 100_000) };

Command Drill(string name, string description, Func<Task<World>> start)
{
    var command = new Command(name, description) { minutes, people, rate, seed };
    command.SetAction(async (given, _) =>
    {
        var plan = new Plan(TimeSpan.FromMinutes(given.GetValue(minutes)), given.GetValue(people) / 2 * 2, given.GetValue(rate), given.GetValue(seed));
        await using var world = await start();
        var isKept = false;
        try
        {
            isKept = await new Soak(world, plan).Run();
        }
        finally
        {
            if (!isKept)
            {
                await KeepLogs(world, plan.Seed);
            }
        }

        return isKept ? 0 : 1;
    });
    return command;
}

static async Task KeepLogs(World world, int seed)
{
    var folder = Directory.CreateDirectory(Path.Combine(RepositoryFolder.Path, "artifacts", "drills"));
    foreach (var (name, server) in world.Servers)
    {
        var file = Path.Combine(folder.FullName, $"{seed}-{name}.log");
        await File.WriteAllTextAsync(file, server.Output);
        Console.WriteLine($"What {name} wrote is in {Path.GetRelativePath(RepositoryFolder.Path, file)}.");
    }
}

var root = new RootCommand("Breaks a site on purpose while people talk, and checks afterwards that every promise was kept.")
{
    Drill("embedded", "One server with nothing beside it, in a small file system.", EmbeddedWorld.Start),
    Drill("cluster", "Two nodes on an event store, PostgreSQL and Redis.", ClusterWorld.Start),
};
return await root.Parse(args).InvokeAsync();
