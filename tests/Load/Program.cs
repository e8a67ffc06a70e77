using RandomChat.Load;

return args switch
{
    ["start", .. var rest] => await StartTime.Run(rest),
    ["redis-lobby"] => await LobbyRate.Run(),
    ["appends"] => await AppendRate.Run(),
    ["append", var file, var count] => await AppendLoop.Run(file, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: dotnet run -c Release --project tests/Load -- <verb>
          start [events]         time to open the embedded log and index, with no old events and with 1,000,000
          redis-lobby            how many joins a second the lobby takes, on Redis and in process
          appends                how many appends a second the embedded log acknowledges
          append <file> <count>  append events one after another and print each once it is acknowledged (0: for ever)
        """);
    return 2;
}
