using RandomChat.Load;

return args switch
{
    ["start", .. var rest] => await StartTime.Run(rest),
    ["appends"] => await AppendRate.Run(),
    ["esdb-append"] => await EsdbRate.Run(null),
    ["esdb-append", var connection] => await EsdbRate.Run(connection),
    ["append", var file, var count] => await AppendLoop.Run(file, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: dotnet run -c Release --project tests/Load -- <verb>
          start [events]         time to open the embedded log and index, with no old events and with 1,000,000
          appends                how many appends a second the embedded log acknowledges
          esdb-append [esdb://…] the same over EventStoreDB, or a stand-in of its own, and the official client beside it
          append <file> <count>  append events one after another and print each once it is acknowledged (0: for ever)
        """);
    return 2;
}
