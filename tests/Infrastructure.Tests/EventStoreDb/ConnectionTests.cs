using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Events;
using RandomChat.Infrastructure.Diagnostics;
using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Infrastructure.Settings;

namespace RandomChat.Infrastructure.Tests.EventStoreDb;

public sealed class ConnectionTests : StandInFixture
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_follower_leads_to_the_leader(bool batches)
    {
        var leader = await Server(options => options with { TellsFeatures = batches });
        var follower = await Server(options => options with { TellsFeatures = batches, Leader = new("127.0.0.1", leader.Address.Port) });
        var stream = NewStream();
        await Appended(Connect(follower), stream, -1, New("a"));

        Assert.Single(await Read(Connect(follower), stream));
        Assert.IsType<LogItem.Event>(await Connect(follower).Subscribe(null, Ct).FirstAsync(Ct));
        await Connect(follower).SetMaxAge(stream, TimeSpan.FromHours(1), Ct);
        Assert.Single(await Read(Connect(leader), stream));
    }

    [Fact]
    public async Task A_node_that_is_away_leads_to_the_next_one()
    {
        var server = await Server();
        var nodes = $"esdb://127.0.0.1:1,127.0.0.1:2,127.0.0.1:{server.Address.Port}?tls=false";
        var stream = NewStream();

        await Appended(Connect(nodes), stream, -1, New("a"));

        Assert.Single(await Read(Connect(nodes), stream));
        Assert.IsType<LogItem.Event>(await Connect(nodes).Subscribe(null, Ct).FirstAsync(Ct));
    }

    [Fact]
    public async Task Credentials_open_the_door_and_wrong_ones_do_not()
    {
        var server = await Server(options => options with { Credentials = "chat:p@ss" });
        var stream = NewStream();

        await Appended(Connect($"esdb://chat:p%40ss@127.0.0.1:{server.Address.Port}?tls=false"), stream, -1, New("a"));

        var stranger = Connect(server);
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Appended(stranger, stream, 0, New("b")));
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Read(stranger, stream));
        await Assert.ThrowsAsync<DependencyUnavailableException>(async () => await stranger.Subscribe(null, Ct).FirstAsync(Ct));
    }

    [Fact]
    public async Task Only_a_server_of_the_authority_given_is_trusted()
    {
        var (authority, certificate) = Certificates();
        var server = await Server(options => options with { Certificate = certificate });
        var ca = Folder.File("ca.crt");
        await File.WriteAllTextAsync(ca, authority.ExportCertificatePem(), Ct);
        var other = Folder.File("other.crt");
        await File.WriteAllTextAsync(other, Certificates().Authority.ExportCertificatePem(), Ct);
        var host = $"esdb://localhost:{server.Address.Port}";

        await Appended(Connect($"{host}?tlsCAFile={ca}"), NewStream(), -1, New("a"));
        await Appended(Connect($"{host}?tlsVerifyCert=false"), NewStream(), -1, New("a"));

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Appended(Connect(host), NewStream(), -1, New("a")));
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Appended(Connect($"{host}?tlsCAFile={other}"), NewStream(), -1, New("a")));
        await Assert.ThrowsAsync<DependencyUnavailableException>(() =>
            Appended(Connect($"esdb://127.0.0.1:{server.Address.Port}?tlsCAFile={ca}"), NewStream(), -1, New("a")));
    }

    [Fact]
    public async Task An_age_leaves_the_rest_of_a_streams_metadata_alone()
    {
        var store = Connect(await Server());
        var stream = NewStream();
        var metadata = new StreamName($"$${stream.Value}");
        await Appended(store, metadata, -1, new NewEvent(
            Guid.NewGuid(), "$metadata", Encoding.UTF8.GetBytes("""{"$maxCount":7,"$maxAge":5,"owner":{"team":"chat"}}"""), default));

        await store.SetMaxAge(stream, TimeSpan.FromHours(2), Ct);
        await store.SetMaxAge(stream, TimeSpan.FromHours(2), Ct);

        var written = await Read(store, metadata);
        Assert.Equal(2, written.Count);
        using var json = JsonDocument.Parse(written[1].Data);
        Assert.Equal(7_200, json.RootElement.GetProperty("$maxAge").GetInt64());
        Assert.Equal(7, json.RootElement.GetProperty("$maxCount").GetInt64());
        Assert.Equal("chat", json.RootElement.GetProperty("owner").GetProperty("team").GetString());
    }

    [Fact]
    public async Task One_line_registers_it()
    {
        var server = await Server();
        await using var provider = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System)
            .AddEventStoreDb($"esdb://127.0.0.1:{server.Address.Port}?tls=false").BuildServiceProvider();

        await Appended(provider.GetRequiredService<IEventStore>(), NewStream(), -1, New("a"));

        var measured = Assert.IsType<MeteredEventStore>(provider.GetRequiredService<IEventStore>());
        Assert.Same(provider.GetRequiredService<EventStoreDbEventStore>(), measured.Engine);
        Assert.Throws<SettingsException>(() => new ServiceCollection().AddEventStoreDb("amqp://host"));
    }

    private static (X509Certificate2 Authority, X509Certificate2 Server) Certificates()
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Authority of a test", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var authority = request.CreateSelfSigned(from, to);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        server.CertificateExtensions.Add(names.Build());
        using var issued = server.Create(authority, from, to, [1, 2, 3, 4]).CopyWithPrivateKey(key);
        return (authority, X509CertificateLoader.LoadPkcs12(issued.Export(X509ContentType.Pkcs12), null));
    }
}
