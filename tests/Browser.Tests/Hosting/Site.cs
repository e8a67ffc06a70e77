using System.Text.RegularExpressions;
using Mediator;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application;
using RandomChat.Application.Moderation;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Browser.Tests.Hosting;

/// <summary>A server that the tests of a class share. Their visitors never meet: each test closes its own.</summary>
public sealed partial class Site : IAsyncLifetime
{
    private RunningServer? server;

    public RunningServer Server => server!;

    /// <summary>Without proof of work and limits, since every visitor here comes from one address.</summary>
    public static IReadOnlyDictionary<string, string?> Open { get; } = new Dictionary<string, string?>
    {
        ["Captcha:Mode"] = "off",
        ["Limits:Enabled"] = "false",
    };

    /// <summary>As an operator gets it who sets nothing.</summary>
    public static IReadOnlyDictionary<string, string?> Guarded { get; } = new Dictionary<string, string?>
    {
        ["Captcha:Mode"] = "always",
    };

    /// <summary>Bans somebody for a day.</summary>
    public async Task Ban(Visitor visitor, string policy, string statement)
    {
        var page = await visitor.Page.APIRequest.GetAsync("/my-data");
        var id = Guid.Parse(VisitorId().Match(await page.TextAsync()).Groups[1].Value);
        Assert.IsType<Outcome<IssuedBan>.Done>(await Server.Services.GetRequiredService<ISender>().Send(
            new IssueBan(Guid.NewGuid(), id, policy, TimeProvider.System.GetUtcNow().AddDays(1), statement, Guid.NewGuid())));
    }

    public async ValueTask InitializeAsync() => server = await RunningServer.Start(Open);

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }

    [GeneratedRegex("<code>([^<]+)</code>")]
    private static partial Regex VisitorId();
}
