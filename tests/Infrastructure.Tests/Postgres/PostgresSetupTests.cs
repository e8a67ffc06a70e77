using Microsoft.Extensions.Options;
using Npgsql;
using RandomChat.Infrastructure.Postgres;

namespace RandomChat.Infrastructure.Tests.Postgres;

public sealed class PostgresSetupTests
{
    [Fact]
    public void What_the_connection_string_leaves_open_is_set_and_what_it_says_stays()
    {
        var open = new NpgsqlConnectionStringBuilder(PostgresSetup.Read("Host=db;Database=chat;Username=chat;Password=secret"));
        Assert.Equal(("db", "secret", 5, 10, 20), (open.Host, open.Password, open.Timeout, open.CommandTimeout, open.MaxPoolSize));

        // Each in another spelling than the driver's own.
        var said = new NpgsqlConnectionStringBuilder(PostgresSetup.Read("server=db;timeout=30;CommandTimeout=60;maxpoolsize=50"));
        Assert.Equal(("db", 30, 60, 50), (said.Host, said.Timeout, said.CommandTimeout, said.MaxPoolSize));

        // The driver's own value, said on purpose, counts as said.
        Assert.Equal(100, new NpgsqlConnectionStringBuilder(PostgresSetup.Read("Host=db;MaxPoolSize=100")).MaxPoolSize);
    }

    [Theory]
    [InlineData("postgres://chat:secret@db/chat")]
    [InlineData("Host=db;Pasword=secret")]
    [InlineData("Host=db;Timeout=soon;Password=secret")]
    public void One_that_cannot_be_read_is_refused_with_an_example_and_without_its_password(string text)
    {
        var refused = Assert.Throws<OptionsValidationException>(() => PostgresSetup.Read(text));
        Assert.Contains("Host=db;Database=randomchat", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }
}
