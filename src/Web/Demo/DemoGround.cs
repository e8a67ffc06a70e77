using RandomChat.Infrastructure.Settings;
using RandomChat.Projections.Ledger;

namespace RandomChat.Web.Demo;

/// <summary>Where a demo may be made: in a folder of its own that holds nothing yet, and in no shared engine.</summary>
internal static class DemoGround
{
    private static readonly string[] Engines = ["EventStoreDb", "Postgres", "Redis"];

    /// <exception cref="DemoException">There may be something real there. Nothing was changed.</exception>
    public static void Check(IConfiguration configuration)
    {
        if (Engines.FirstOrDefault(engine => configuration.GetConnectionString(engine) is { Length: > 0 }) is { } engine)
        {
            throw new DemoException($"The demo is made in a folder of its own and never in a shared engine. Start it without ConnectionStrings:{engine}.");
        }

        var data = RandomChatSettings.DataDirectory(configuration);
        if (File.Exists(data) || (Directory.Exists(data) && Directory.EnumerateFileSystemEntries(data).Any()))
        {
            throw new DemoException(
                $"The demo is made in an empty data directory only, and {data} holds something; it was left as it is. "
                + "Name another one, e.g. --RandomChat:DataDirectory=demo, or start without --demo to see what is there.");
        }

        // They would say of the demo's log that it was changed.
        var anchors = LedgerOptions.FileOf(configuration);
        if (File.Exists(anchors))
        {
            throw new DemoException($"{anchors} holds the anchors of another log. Move it away, or name another one in Ledger:AnchorFile.");
        }
    }
}
