using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Moderation;
using RandomChat.Web.Accounts;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Moderation;

/// <summary>Bans for good are looked at again each year.</summary>
public sealed class ReviewTests : ShiftedDesk
{
    [Fact]
    public async Task A_ban_for_good_is_due_after_a_year_kept_for_another_one_and_then_lifted()
    {
        var (permanent, passing) = (await Banned(until: null), await Banned(Now.AddDays(500)));
        using (var robin = await Moderator.Another(Server, "robin"))
        {
            await Wait.Until(async () => (await robin.Bans()).Length == 2);
            Assert.All(await robin.Bans(), ban => Assert.False(ban.GetProperty("reviewDue").GetBoolean()));
            Assert.Empty(await robin.Bans("?reviewDue=true"));
            await Swept();
            using var early = await Review(robin, permanent);
            await early.Problem(409, "conflict");
        }

        await Later(TimeSpan.FromDays(366));
        using (var robin = await Moderator.SignIn(Server.Address, "robin"))
        {
            var due = Assert.Single(await robin.Bans("?reviewDue=true"));
            Assert.Equal((permanent, "hate", true), (due.GetProperty("visitorId").GetGuid(), due.Text("reason"), due.GetProperty("reviewDue").GetBoolean()));
            Assert.Equal(("No.", JsonValueKind.Null), (due.Text("statement"), due.GetProperty("review").ValueKind));
            Assert.Equal(JsonValueKind.Null, (await robin.Bans()).Single(ban => ban.GetProperty("visitorId").GetGuid() == passing).GetProperty("statement").ValueKind);
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

            await Wait.Until(async () => (await robin.Bans("?reviewDue=true")).Length == 0);
            Assert.Equal(2, (await robin.Bans()).Length);
            await Swept();
        }

        await Later(TimeSpan.FromDays(366 + 365));
        using (var robin = await Moderator.SignIn(Server.Address, "robin"))
        {
            Assert.Equal(permanent, Assert.Single(await robin.Bans()).GetProperty("visitorId").GetGuid());
            var due = Assert.Single(await robin.Bans("?reviewDue=true"));
            Assert.Equal(("No.", "Nothing has changed."), (due.Text("statement"), due.Text("review")));
            using var lifted = await robin.Send(HttpMethod.Delete, $"/api/admin/bans/{permanent}", new { statement = "It was long ago." });
            Assert.Equal(HttpStatusCode.NoContent, lifted.StatusCode);
            await Wait.Until(async () => (await robin.Bans()).Length == 0);
        }
    }

    [Fact]
    public async Task Nobody_but_moderators_and_administrators_sees_and_reviews_bans()
    {
        var banned = await Banned(until: null);
        using var casey = await Moderator.Another(Server, "casey", StaffRoles.Analyst);
        using var list = await casey.GetAsync("/api/admin/bans");
        using var review = await Review(casey, banned);
        await list.Problem(403, "forbidden");
        await review.Problem(403, "forbidden");
    }

    private async Task Swept() => Assert.True(await Server.Services.GetRequiredService<PreservationSweep>().Run(default));

    private static Task<HttpResponseMessage> Review(HttpClient staff, Guid visitorId) =>
        staff.Post($"/api/admin/bans/{visitorId}/review", new { statement = "Nothing has changed." });

    private async Task<Guid> Banned(DateTimeOffset? until)
    {
        await using var visitor = await HubVisitor.Enter(Server.Address);
        using var morgan = await Morgan();
        using var answer = await morgan.Post("/api/admin/bans", new { visitorId = visitor.Id, reason = "hate", until, statement = "No." });
        await answer.Json(HttpStatusCode.Created);
        return visitor.Id;
    }
}
