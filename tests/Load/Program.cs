using RandomChat.Load;
using RandomChat.Load.Paint;
using RandomChat.Load.Speed;

return args switch
{
    ["chat" or "open" or "burst" or "idle" or "baseline" or "esdb", ..] => await SpeedCommands.Run(args),
    ["start", .. var rest] => await StartTime.Run(rest),
    ["lobby"] => await LobbyRate.Run(),
    ["seed", var folder, .. var rest] => await Traffic.Run(folder, rest),
    ["rebuild", .. var rest] => await RebuildCommand.Run(rest),
    ["desk", .. var rest] => await DeskPages.Run(rest),
    ["screening"] => ScreeningRate.Run(),
    ["stop", .. var rest] => await StopTime.Run(rest),
    ["people", .. var rest] => await PeopleMemory.Run(rest),
    ["backup", .. var rest] => await BackupRate.Run(rest),
    ["copy", .. var rest] => await CopyRate.Run(rest),
    ["appends"] => await AppendRate.Run(),
    ["paint", .. var rest] => await PaintTimes.Run(rest),
    ["esdb-client", var connection] => await AdapterClient.Run(connection),
    ["append", var file, var count] => await AppendLoop.Run(file, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture)),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: dotnet run -c Release --project tests/Load -- <verb>
          start [events [published folder]]
                                 how long the server takes until it is ready, as it was built and as it was published; then how long it
                                 takes to open the embedded log and index, with no old events and with 1,000,000 (0: not asked)
          chat [--pairs 100] [--warm-up 20] [--seconds 10] [--one-side] [--every-head]
                                 messages a second where each sends the next as soon as the one before has arrived, and what one costs
          open [--rate 1000] [--pairs 100] [--warm-up 20] [--seconds 20] [--every-head]
                                 how long messages take that come at a constant rate, from the moment when they were to be sent
          burst [--people 1000] [--warm-up 10000] [--bursts 3]
                                 how long people who press Start in the same moment wait for each other, and whether all are matched once
          idle [--people 10000]  what people who wait cost in memory
                                 the four above: --compare measures bare SignalR by turns with the product, --rounds 2 how often each
          baseline --urls <url>  bare SignalR alone: a hub that forwards messages and does nothing else
          lobby                  how many joins a second the lobby takes, in process and on Redis, by how many wait
          stop [connections]     how long a server with 2,000 connections, half of them in matches, takes to end on SIGTERM; over
                                 Redis too where REDIS_CONNECTION names one
          people [number]        what 5,000 people who are connected, who wait and who are in matches cost a node in memory
          screening              how many microseconds the screening keeps a message, layer by layer
          appends                how many appends a second the embedded log acknowledges
          backup [events]        what a backup of a log of 300,000 events costs those who append meanwhile
          copy [events [esdb://…]]
                                 how many events a second copy-log moves into EventStoreDB, or a stand-in of its own, and compares
          seed <folder> [events] make an event log as real traffic does, 80 % of it messages
          rebuild [events] [--desk] [--growth] [--only all desk …] [--rounds 1] [--keep <folder>] [--esdb esdb://…]
                                 how many events a second all projections, and each alone, take from the embedded log into
                                 SQLite, and into the PostgreSQL that POSTGRES_CONNECTION names, beside a read that does nothing;
                                 from an EventStoreDB too; over logs of 100,000 events and ten times as many (--growth)
          desk [cases [postgres]]
                                 how long the server takes for every page and list of the desk, over a log of 100,000 cases, ten
                                 times as many events and a tenth as many bans, on SQLite and on POSTGRES_CONNECTION, or there alone
          esdb [esdb://…] [--rounds 2] [--seconds 3] [--events 200000]
                                 what the EventStoreDB adapter appends and reads in a second, by turns with the official client
          paint [times]          when the pages of a first visit show something on a slow phone and network, in Chromium, and
                                 whether that waits for a script; each is opened 5 times
          append <file> <count>  append events one after another and print each once it is acknowledged (0: for ever)
        """);
    return 2;
}
