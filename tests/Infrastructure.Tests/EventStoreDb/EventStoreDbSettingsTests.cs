using RandomChat.Infrastructure.EventStoreDb;
using RandomChat.Infrastructure.Settings;

namespace RandomChat.Infrastructure.Tests.EventStoreDb;

public sealed class EventStoreDbSettingsTests
{
    [Fact]
    public void The_shortest_string_is_a_host_with_TLS()
    {
        var settings = EventStoreDbSettings.Parse("esdb://events.example");

        Assert.Equal([("events.example", 2113)], settings.Nodes.Select(node => (node.Host, node.Port)));
        Assert.True(settings.Tls);
        Assert.True(settings.VerifyCertificate);
        Assert.Null(settings.Credentials);
        Assert.Null(settings.CaFile);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.Deadline);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.KeepAliveInterval);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.KeepAliveTimeout);
        Assert.Equal("RandomChat", settings.ConnectionName);
    }

    [Fact]
    public void Everything_can_be_said()
    {
        var ca = Path.GetTempFileName();
        var settings = EventStoreDbSettings.Parse(
            $"esdb://chat:p%40ss%3Aw%2Ford@one:1234,[::1]:2114,three/?tls=false&tlsVerifyCert=False&tlsCAFile={Uri.EscapeDataString(ca)}"
            + "&KeepAliveInterval=5000&keepAliveTimeout=-1&defaultDeadline=2500&connectionName=node%201&nodePreference=leader&maxDiscoverAttempts=3");
        File.Delete(ca);

        Assert.Equal([("one", 1234), ("::1", 2114), ("three", 2113)], settings.Nodes.Select(node => (node.Host, node.Port)));
        Assert.Equal(("chat", "p@ss:w/ord"), (settings.Credentials!.UserName, settings.Credentials.Password));
        Assert.False(settings.Tls);
        Assert.False(settings.VerifyCertificate);
        Assert.Equal(ca, settings.CaFile);
        Assert.Equal(TimeSpan.FromSeconds(5), settings.KeepAliveInterval);
        Assert.Equal(Timeout.InfiniteTimeSpan, settings.KeepAliveTimeout);
        Assert.Equal(TimeSpan.FromSeconds(2.5), settings.Deadline);
        Assert.Equal("node 1", settings.ConnectionName);
    }

    [Theory]
    [InlineData("esdb+discover://cluster.example:2113")]
    [InlineData("kurrentdb://cluster.example")]
    [InlineData("kurrentdb+discover://cluster.example/")]
    [InlineData("ESDB://cluster.example?")]
    public void Its_other_schemes_mean_the_same(string text) =>
        Assert.Equal("cluster.example:2113", EventStoreDbSettings.Parse(text).ToString());

    [Theory]
    [InlineData("", "begin with esdb://")]
    [InlineData("http://host:2113", "begin with esdb://")]
    [InlineData("esdb://", "a host is missing")]
    [InlineData("esdb://one,,two", "a host is missing")]
    [InlineData("esdb://ho st", "ho st is no host")]
    [InlineData("esdb://host:0", "no port")]
    [InlineData("esdb://host:70000", "no port")]
    [InlineData("esdb://host:port", "no port")]
    [InlineData("esdb://secret@host", "user:password")]
    [InlineData("esdb://host?tls=yes", "tls has to be true or false")]
    [InlineData("esdb://host?tls", "tls has no value")]
    [InlineData("esdb://host?keepAliveInterval=10s", "keepAliveInterval has to be milliseconds")]
    [InlineData("esdb://host?defaultDeadline=-1", "defaultDeadline")]
    [InlineData("esdb://host?tlsCAFile=/not/there.crt", "/not/there.crt, which is not there")]
    [InlineData("esdb://host?nodePreference=follower", "can only be leader")]
    [InlineData("esdb://host?userCertFile=a.crt", "userCertFile is not known")]
    public void A_wrong_string_is_refused_in_words(string text, string why) =>
        Assert.Contains(why, Assert.Throws<SettingsException>(() => EventStoreDbSettings.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("esdb://chat:hun?ter2@host:2113")]
    [InlineData("esdb://chat?hunter2:x@host")]
    [InlineData("esdb://chat:2?hun=ter2@host")]
    [InlineData("esdb://chat:x@ho?hunter2@st")]
    public void A_question_mark_in_the_password_tells_nothing_of_it(string text)
    {
        var wrong = Assert.Throws<SettingsException>(() => EventStoreDbSettings.Parse(text));

        Assert.Contains("%3F", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hun", wrong.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("chat", wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_password_is_never_told()
    {
        var wrong = Assert.Throws<SettingsException>(() => EventStoreDbSettings.Parse("esdb://chat:hunter2@host:no"));
        var settings = EventStoreDbSettings.Parse("esdb://chat:hunter2@host?connectionName=me@home");

        Assert.Equal("me@home", settings.ConnectionName);
        Assert.DoesNotContain("hunter2", wrong.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", settings.ToString(), StringComparison.Ordinal);
    }
}
