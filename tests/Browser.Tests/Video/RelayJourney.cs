using RandomChat.Browser.Tests.Hosting;
using RandomChat.Engines;

namespace RandomChat.Browser.Tests.Video;

/// <summary>A test whose calls go through a real coturn and no other way.</summary>
public abstract class RelayJourney(Chromium chromium) : CallJourney(chromium)
{
    private TurnServer? turn;

    protected TurnServer Turn => turn!;

    protected override IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["Turn:Urls"] = Turn.Url(),
        ["Turn:Secret"] = Turn.Secret,
    };

    public override async ValueTask InitializeAsync()
    {
        turn = await TurnServer.Own();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (turn is null)
        {
            return;
        }

        await base.DisposeAsync();
        await turn.DisposeAsync();
    }
}
