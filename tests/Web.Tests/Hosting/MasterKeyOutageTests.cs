using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Hosting;

/// <summary>Master keys behind a service that goes away under a running server.</summary>
public sealed class MasterKeyOutageTests
{
    [Fact]
    public async Task Who_talks_goes_on_newcomers_are_refused_and_readiness_names_it()
    {
        Switch? masters = null;
        await using var server = await HubServer.With(services: services => services.RemoveAll<IMasterKeys>().AddSingleton<IMasterKeys>(provider =>
            masters = new(new LocalMasterKeys(MasterKeySource.Of(
                provider.GetRequiredService<Microsoft.Extensions.Configuration.IConfiguration>(),
                Infrastructure.Settings.RandomChatSettings.DataDirectory(provider.GetRequiredService<Microsoft.Extensions.Configuration.IConfiguration>()))))));
        await using var pair = await Pair.Meet(server.Address);
        using var browser = server.NewBrowser();
        masters!.IsOff = true;

        await pair.Ann.Say(pair.MatchId, "still here");
        Assert.Equal("still here", (await pair.Bob.Next("chat_message")).Text("body"));
        using (var refused = await browser.Post("/api/session", new { birthYear = 1990, acceptTerms = true, displayName = "Robin" }))
        {
            await refused.Problem(503, "unavailable");
        }

        using (var health = await browser.GetAsync("/health/ready"))
        {
            var dependencies = (await health.Json(HttpStatusCode.ServiceUnavailable)).GetProperty("dependencies").EnumerateArray().ToList();
            Assert.Equal(["master-keys"], dependencies.Where(one => !one.GetProperty("ready").GetBoolean()).Select(one => one.Text("name")));
        }

        masters.IsOff = false;
        await browser.Enter("Robin");
        using var ready = await browser.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    private sealed class Switch(IMasterKeys inner) : IMasterKeys
    {
        public bool IsOff { get; set; }

        public string Name => inner.Name;

        private IMasterKeys There => IsOff ? throw new DependencyUnavailableException(Name) : inner;

        public ValueTask Prove(WrappedSecret? stored, CancellationToken ct) => There.Prove(stored, ct);

        public ValueTask<IReadOnlyList<byte[]>> Wrap(IReadOnlyList<PlainSecret> secrets, CancellationToken ct) => There.Wrap(secrets, ct);

        public ValueTask<Unwrapped> Unwrap(string id, ReadOnlyMemory<byte> wrapped, CancellationToken ct) => There.Unwrap(id, wrapped, ct);
    }
}
