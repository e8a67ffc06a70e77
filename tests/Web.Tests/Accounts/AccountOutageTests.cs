using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application;
using RandomChat.Application.Events;
using RandomChat.Web.Accounts;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Accounts;

/// <summary>Accounts that are made or changed while the log is away, while their tables fail, and while their visitor is erased.</summary>
public sealed class AccountOutageTests : IAsyncLifetime
{
    private const string Password = "a lantern in the orchard";
    private const string Other = "another lantern altogether";

    private readonly Outage outage = new();
    private readonly FailingCommit commit = new();
    private RunningServer server = null!;
    private HttpClient ann = null!;
    private Guid visitorId;

    public async ValueTask InitializeAsync()
    {
        server = await HubServer.With(
            new Dictionary<string, string?>(Moderator.Unlimited) { ["Limits:Registrations:Enabled"] = "false" },
            services: services =>
            {
                outage.Install(services);
                services.ConfigureDbContext<AccountsDb>(options => options.AddInterceptors(commit));
            });
        (var token, visitorId) = await HubVisitor.Session(server.Address);
        ann = new HttpClient { BaseAddress = server.Address }.As(token);
    }

    public async ValueTask DisposeAsync()
    {
        ann.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task With_the_log_away_nothing_is_changed()
    {
        outage.IsOn = true;
        await Register(503);
        outage.IsOn = false;
        await LogIn(Password, 401);
        await Register(201);

        outage.IsOn = true;
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Accounts.ChangePassword(visitorId, Password, Other));
        outage.IsOn = false;
        await LogIn(Other, 401);
        await LogIn(Password, 200);
        Assert.Equal(["accounts.account.registered.v1"], await Recorded());
    }

    [Fact]
    public async Task With_tables_that_fail_at_the_last_the_log_says_it_already_and_doing_it_again_makes_it_so()
    {
        commit.Fails = true;
        await Register(503);
        await LogIn(Password, 401);
        await Register(201);
        await LogIn(Password, 200);

        commit.Fails = true;
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Accounts.ChangePassword(visitorId, Password, Other));
        await LogIn(Password, 200);
        Assert.IsType<Outcome<Guid>.Done>(await Accounts.ChangePassword(visitorId, Password, Other));
        await LogIn(Other, 200);
        Assert.Equal(["accounts.account.registered.v1", "accounts.password.changed.v1", "accounts.password.changed.v1"], await Recorded());
    }

    [Fact]
    public async Task Whoever_makes_an_account_while_they_are_erased_leaves_none()
    {
        // Between the account's end and the event: the erasure finds it.
        outage.BeforeAppend = async events =>
        {
            if (events.Any(e => e.Type == "visitors.visitor.erased.v1"))
            {
                outage.BeforeAppend = null;
                await Register(201);
            }
        };
        using (var erased = await ann.DeleteAsync("/api/me"))
        {
            Assert.Equal(204, (int)erased.StatusCode);
        }

        Assert.Equal(["accounts.account.registered.v1", "accounts.account.closed.v1"], await Recorded());
        Assert.Equal(0, await Holders());

        // After it, by somebody who was let in before: the registration finds out.
        (var token, visitorId) = await HubVisitor.Session(server.Address);
        using var bob = new HttpClient { BaseAddress = server.Address }.As(token);
        using (var erased = await bob.DeleteAsync("/api/me"))
        {
            Assert.Equal(204, (int)erased.StatusCode);
        }

        var late = Assert.IsType<Outcome<Codes>.Refused>(await Accounts.Register(visitorId, "ann", Password, null, endSessions: false, default));
        Assert.Equal("no-session", late.Refusal.Code);
        Assert.Equal(["accounts.account.registered.v1", "accounts.account.closed.v1"], await Recorded());
        Assert.Equal(0, await Holders());
    }

    private VisitorAccounts Accounts => server.Services.GetRequiredService<VisitorAccounts>();

    private async Task Register(int status)
    {
        using var answer = await ann.Post("/api/register", new { username = "ann", password = Password });
        Assert.Equal(status, (int)answer.StatusCode);
    }

    private async Task LogIn(string password, int status)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        using var answer = await http.Post("/api/login", new { username = "ann", password });
        Assert.Equal(status, (int)answer.StatusCode);
    }

    private async Task<long> Holders()
    {
        await using var tables = new SqliteConnection($"Data Source={Path.Combine(server.Data, "accounts.db")};Pooling=False");
        await tables.OpenAsync();
        await using var count = tables.CreateCommand();
        count.CommandText = "SELECT count(*) FROM holders";
        return (long)(await count.ExecuteScalarAsync())!;
    }

    private async Task<List<string>> Recorded()
    {
        var types = new List<string>();
        await foreach (var recorded in server.Services.GetRequiredService<IEventStore>().Read(StreamName.For("account", visitorId), 0, default))
        {
            types.Add(recorded.Type);
        }

        return types;
    }

    /// <summary>Stops a transaction of visitors' accounts at the last moment, once.</summary>
    private sealed class FailingCommit : DbTransactionInterceptor
    {
        public bool Fails { get; set; }

        public override ValueTask<InterceptionResult> TransactionCommittingAsync(
            DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
        {
            if (Fails)
            {
                Fails = false;
                throw new TimeoutException();
            }

            return ValueTask.FromResult(result);
        }
    }
}
