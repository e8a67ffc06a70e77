using RandomChat.StandIn;

// dotnet RandomChat.EventStoreDb.StandIn.dll --urls http://127.0.0.1:2113 --data <folder>
var configuration = new ConfigurationBuilder().AddCommandLine(args).Build();
if (configuration["urls"] is not { Length: > 0 } url || configuration["data"] is not { Length: > 0 } data)
{
    Console.Error.WriteLine("usage: dotnet RandomChat.EventStoreDb.StandIn.dll --urls http://127.0.0.1:2113 --data <folder>");
    return 2;
}

await using var server = await StandInServer.Start(new() { Url = url, Data = data, Logs = true });
await server.Ended;
return 0;
