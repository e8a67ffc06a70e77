using System.Text;
using Npgsql;
using RandomChat.Application.Sealing;
using RandomChat.Engines;
using RandomChat.Infrastructure.Postgres;
using RandomChat.Infrastructure.Sealing;

namespace RandomChat.Infrastructure.Tests.Postgres;

public sealed class PostgresSecretsTests : IAsyncLifetime
{
    private readonly string directory = Directory.CreateTempSubdirectory("secrets-").FullName;
    private NpgsqlDataSource source = null!;

    public async ValueTask InitializeAsync()
    {
        source = NpgsqlDataSource.Create(await (await PostgresServer.Shared()).NewDatabase());
        await PostgresMigrations.OfKeys(source).Apply(default);
    }

    public async ValueTask DisposeAsync()
    {
        if (source is not null)
        {
            await source.DisposeAsync();
        }

        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Nodes_that_ask_at_once_get_the_same_secret_and_another_one_for_another_name()
    {
        var secrets = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => Convert.ToHexString(Secrets().Random("server")))));
        Assert.Equal(64, Assert.Single(secrets.Distinct()).Length);
        Assert.NotEqual(secrets[0], Convert.ToHexString(Secrets().Random("other")));
    }

    [Fact]
    public void Texts_are_there_for_every_node_in_the_order_of_their_making()
    {
        Secrets().AddText("keys", "first", "<key>one</key>");
        Secrets().AddText("keys", "second", "<key>two</key>");
        Secrets().AddText("keys", "first", "<key>never</key>");
        Secrets().AddText("others", "third", "else");
        Assert.Equal(["<key>one</key>", "<key>two</key>"], Secrets().Texts("keys"));
        Assert.Empty(Secrets().Texts("none"));
    }

    [Fact]
    public async Task Generations_are_named_and_deleted_and_an_exchange_touches_only_what_is_as_it_was_read()
    {
        Secrets().Random("server");
        Secrets().Random("server.20260101T000000Z");
        Secrets().AddText("keys", "first", "<key/>");
        Assert.Equal(["server", "server.20260101T000000Z"], Secrets().RandomNames().Order(StringComparer.Ordinal));
        var page = await Secrets().Page(null, 2, default);
        Assert.Equal(["secret:keys:first", "secret:random:server"], page.Select(secret => secret.Id));
        Assert.Equal("secret:random:server.20260101T000000Z", Assert.Single(await Secrets().Page(page[^1].Id, 2, default)).Id);
        Assert.Equal(1, await Secrets().Exchange([new(page[0].Id, page[0].Wrapped, page[0].Wrapped), new(page[1].Id, page[0].Wrapped, page[0].Wrapped)], default));
        Secrets().RemoveRandom("server");
        Assert.Equal(["server.20260101T000000Z"], Secrets().RandomNames());
    }

    [Fact]
    public async Task Of_a_generation_that_was_removed_nothing_is_left_in_the_table_s_file_and_its_log_is_let_go_of()
    {
        Secrets().Random("server");
        Secrets().Random("server.20260101T000000Z");
        var wrapped = Assert.Single(await Secrets().Page(null, 9, default), secret => secret.Id == "secret:random:server").Wrapped;
        Assert.True(await IsInTheFile(wrapped));

        Secrets().RemoveRandom("server");

        Assert.False(await IsInTheFile(wrapped));
        await using var noted = source.CreateCommand("SELECT count(*) FROM keys.remains WHERE wal IS NOT NULL");
        Assert.Equal(1L, await noted.ExecuteScalarAsync());
    }

    [Fact]
    public async Task The_database_alone_tells_nothing()
    {
        var root = Secrets().Random("server");
        Secrets().AddText("keys", "first", "<key>plain words</key>");
        await using var command = source.CreateCommand("SELECT wrapped FROM keys.secrets");
        await using var rows = await command.ExecuteReaderAsync();
        var seen = 0;
        while (await rows.ReadAsync())
        {
            var wrapped = rows.GetFieldValue<byte[]>(0);
            Assert.Equal(-1, wrapped.AsSpan().IndexOf(root));
            Assert.Equal(-1, wrapped.AsSpan().IndexOf(Encoding.UTF8.GetBytes("plain")));
            seen++;
        }

        Assert.Equal(2, seen);
    }

    [Fact]
    public async Task Another_master_key_opens_nothing_and_one_secret_does_not_stand_in_for_another()
    {
        Secrets().Random("server");
        var error = Assert.Throws<SealingException>(() => Secrets("other.key").Random("server"));
        Assert.Contains("other.key", error.Message, StringComparison.Ordinal);
        await source.CreateCommand("UPDATE keys.secrets SET name = 'moved'").ExecuteNonQueryAsync();
        Assert.Throws<SealingException>(() => Secrets().Random("moved"));
    }

    private async Task<bool> IsInTheFile(ReadOnlyMemory<byte> bytes)
    {
        await source.CreateCommand("CHECKPOINT").ExecuteNonQueryAsync();
        await using var read = source.CreateCommand("SELECT pg_read_binary_file(pg_relation_filepath('keys.secrets'))");
        return ((byte[])(await read.ExecuteScalarAsync())!).AsSpan().IndexOf(bytes.Span) >= 0;
    }

    private PostgresSecrets Secrets(string file = "master.key") => new(source, () => Proved(Path.Combine(directory, file)));

    private static LocalMasterKeys Proved(string file)
    {
        var keys = new LocalMasterKeys(MasterKeySource.OfFile(file));
        keys.Prove(null, default).AsTask().GetAwaiter().GetResult();
        return keys;
    }
}
