using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Web.Accounts;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Moderation;

/// <summary>Bans for good are looked at again each year.</summary>
public sealed class ReviewTests : IAsyncLifetime
{
    private readonly ShiftedClock clock = new();
    private RunningServer server = null!;

    public async ValueTask InitializeAsync() =>
        server = await HubServer.With(Moderator.Unlimited, services: services => services.AddSingleton<TimeProvider>(clock));

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_ban_for_good_is_due_after_a_year_kept_for_another_one_and_then_lifted()
    {
        var (permanent, passing) = (await Banned(until: null), await Banned(clock.GetUtcNow().AddDays(500)));
        using (var robin = await Moderator.Another(server, "robin"))
        {
            await Wait.Until(async () => (await Bans(robin)).Length == 2);
            Assert.All(await Bans(robin), ban => Assert.False(ban.GetProperty("reviewDue").GetBoolean()));
            Assert.Empty(await Bans(robin, "?reviewDue=true"));
            using var early = await Review(robin, permanent);
            await early.Problem(409, "conflict");
        }

        clock.Ahead = TimeSpan.FromDays(366);
        using (var robin = await Moderator.SignIn(server.Address, "robin"))
        {
            var due = Assert.Single(await Bans(robin, "?reviewDue=true"));
            Assert.Equal((permanent, "hate", true), (due.GetProperty("visitorId").GetGuid(), due.Text("reason"), due.GetProperty("reviewDue").GetBoolean()));
            using (var no = await Review(robin, passing))
            using (var nobody = await Review(robin, Guid.NewGuid()))
            using (var wordless = await robin.Post($"/api/admin/bans/{permanent}/review", new { }))
            using (var kept = await Review(robin, permanent))
            {
                await no.Problem(404, "not-found");
                await nobody.Problem(404, "not-found");
                await wordless.Problem(422, "invalid");
                Assert.Equal(HttpStatusCode.NoContent, kept.StatusCode);
            }

            await Wait.Until(async () => (await Bans(robin, "?reviewDue=true")).Length == 0);
            Assert.Equal(2, (await Bans(robin)).Length);
        }

        clock.Ahead = TimeSpan.FromDays(366 + 365);
        using (var robin = await Moderator.SignIn(server.Address, "robin"))
        {
            Assert.Equal(permanent, Assert.Single(await Bans(robin)).GetProperty("visitorId").GetGuid());
            Assert.Single(await Bans(robin, "?reviewDue=true"));
            using var lifted = await robin.Send(HttpMethod.Delete, $"/api/admin/bans/{permanent}", new { statement = "It was long ago." });
            Assert.Equal(HttpStatusCode.NoContent, lifted.StatusCode);
            await Wait.Until(async () => (await Bans(robin)).Length == 0);
        }
    }

    [Fact]
    public async Task Nobody_but_moderators_and_administrators_sees_and_reviews_bans()
    {
        var banned = await Banned(until: null);
        using var casey = await Moderator.Another(server, "casey", StaffRoles.Analyst);
        using var list = await casey.GetAsync("/api/admin/bans");
        using var review = await Review(casey, banned);
        await list.Problem(403, "forbidden");
        await review.Problem(403, "forbidden");
    }

    private static Task<HttpResponseMessage> Review(HttpClient staff, Guid visitorId) =>
        staff.Post($"/api/admin/bans/{visitorId}/review", new { statement = "Nothing has changed." });

    private async Task<Guid> Banned(DateTimeOffset? until)
    {
        await using var visitor = await HubVisitor.Enter(server.Address);
        using var morgan = await Moderator.SignIn(server.Address);
        using var answer = await morgan.Post("/api/admin/bans", new { visitorId = visitor.Id, reason = "hate", until, statement = "No." });
        await answer.Json(HttpStatusCode.Created);
        return visitor.Id;
    }

    private static async Task<JsonElement[]> Bans(HttpClient staff, string query = "")
    {
        using var answer = await staff.GetAsync("/api/admin/bans" + query);
        return [.. (await answer.Json()).GetProperty("items").EnumerateArray()];
    }
}
