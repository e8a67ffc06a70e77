using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Web.Accounts;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Moderation;

/// <summary>Legal holds: what they keep, who places them, and who learns of them.</summary>
public sealed class HoldTests : ShiftedDesk
{
    [Fact]
    public async Task Held_evidence_outlives_its_time_and_both_erasures_until_the_hold_is_lifted()
    {
        await using var pair = await Pair.Meet(Server.Address);
        await using var others = await Pair.Meet(Server.Address);
        var (report, caseId) = await Reported(pair, "kept for the court", "harassment");
        var (plain, _) = await Reported(others, "kept as usual", "harassment");
        using (var morgan = await Morgan())
        {
            using var answer = await morgan.Post($"/api/admin/cases/{caseId}/hold", new { reason = "Order 17 of the court." });
            var held = await answer.Json();
            Assert.Equal((1, 0), (held.GetProperty("evidence").Number("kept"), held.GetProperty("evidence").Number("destroyed")));
            Assert.Equal(JsonValueKind.Null, held.GetProperty("until").ValueKind);
        }

        foreach (var visitor in new[] { pair.Ann, pair.Bob })
        {
            using var rest = visitor.Rest();
            using var erased = await rest.DeleteAsync("/api/me");
            Assert.Equal((HttpStatusCode.NoContent, ""), (erased.StatusCode, await erased.Content.ReadAsStringAsync()));
        }

        await Later(TimeSpan.FromDays(500));
        using (var morgan = await Morgan())
        {
            var read = await morgan.Read(report);
            Assert.Equal("kept for the court", read.GetProperty("evidence").GetProperty("messages")[0].Text("body"));
            Assert.Equal("what Bob says", read.Text("comment"));
            Assert.Equal("Order 17 of the court.", read.GetProperty("hold").Text("reason"));
            Assert.Equal(0, (await morgan.Read(plain)).GetProperty("evidence").GetProperty("messages").GetArrayLength());

            using (var lifted = await morgan.Send(HttpMethod.Delete, $"/api/admin/cases/{caseId}/hold", new { reason = "The trial is over." }))
            using (var again = await morgan.Send(HttpMethod.Delete, $"/api/admin/cases/{caseId}/hold", new { reason = "The trial is over." }))
            {
                Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (lifted.StatusCode, again.StatusCode));
            }

            read = await morgan.Read(report);
            Assert.Equal(0, read.GetProperty("evidence").GetProperty("messages").GetArrayLength());
            Assert.Equal(JsonValueKind.Null, read.GetProperty("hold").ValueKind);
        }
    }

    [Fact]
    public async Task The_desk_shows_a_hold_until_it_is_over_and_a_hold_may_end_by_itself()
    {
        await using var pair = await Pair.Meet(Server.Address);
        var (report, caseId) = await Reported(pair, "something", "harassment");
        var until = Now.AddDays(300);
        using (var morgan = await Morgan())
        {
            using (var answer = await morgan.Post($"/api/admin/cases/{caseId}/hold", new { reason = "The police asked.", until }))
            {
                Assert.Equal(until, (await answer.Json()).GetProperty("until").GetDateTimeOffset());
            }

            JsonElement hold = default;
            await Wait.Until(async () =>
            {
                hold = (await Listed(morgan, report)).GetProperty("hold");
                return hold.ValueKind == JsonValueKind.Object;
            });
            Assert.Equal(until, hold.GetProperty("until").GetDateTimeOffset());
        }

        await Later(TimeSpan.FromDays(299));
        using (var morgan = await Morgan())
        {
            Assert.Equal("something", (await morgan.Read(report)).GetProperty("evidence").GetProperty("messages")[0].Text("body"));
        }

        await Later(TimeSpan.FromDays(300));
        using (var morgan = await Morgan())
        {
            Assert.Equal(0, (await morgan.Read(report)).GetProperty("evidence").GetProperty("messages").GetArrayLength());
            Assert.Equal(JsonValueKind.Null, (await Listed(morgan, report)).GetProperty("hold").ValueKind);
        }
    }

    [Fact]
    public async Task Only_an_administrator_places_and_lifts_holds_and_says_why()
    {
        await using var pair = await Pair.Meet(Server.Address);
        var (_, caseId) = await Reported(pair, "something", "harassment");
        var path = $"/api/admin/cases/{caseId}/hold";
        foreach (var role in new[] { StaffRoles.Moderator, StaffRoles.Analyst })
        {
            using var staff = await Moderator.Another(Server, role, role);
            foreach (var method in new[] { HttpMethod.Post, HttpMethod.Delete })
            {
                using var refused = await staff.Send(method, path, new { reason = "I want to." });
                await refused.Problem(403, "forbidden");
            }
        }

        using (var visitor = pair.Ann.Rest())
        using (var refused = await visitor.Post(path, new { reason = "I want to." }))
        {
            await refused.Problem(403, "forbidden");
        }

        using var morgan = await Morgan();
        foreach (var (method, body, status, code) in new (HttpMethod, object, int, string)[]
        {
            (HttpMethod.Post, new { }, 422, "invalid"), (HttpMethod.Post, new { reason = "  " }, 422, "invalid"),
            (HttpMethod.Post, new { reason = "Why.", until = Now.AddDays(-1) }, 422, "invalid"),
            (HttpMethod.Delete, new { reason = "Why." }, 404, "not-found"),
        })
        {
            using var refused = await morgan.Send(method, path, body);
            await refused.Problem(status, code);
        }

        using var unknown = await morgan.Post($"/api/admin/cases/{Guid.NewGuid()}/hold", new { reason = "Why." });
        await unknown.Problem(404, "not-found");
    }

    [Fact]
    public async Task Neither_of_both_learns_from_an_export_that_there_is_a_report_or_a_hold()
    {
        await using var pair = await Pair.Meet(Server.Address);
        await using var others = await Pair.Meet(Server.Address);
        var (_, caseId) = await Reported(pair, "something", "harassment");
        using (var morgan = await Morgan())
        using (var answer = await morgan.Post($"/api/admin/cases/{caseId}/hold", new { reason = "Order 17 of the court." }))
        {
            await answer.Json();
        }

        using var unreported = others.Ann.Rest();
        using var said = await unreported.GetAsync("/api/me/export");
        var usual = (await said.Json()).Text("notErased");
        Assert.Contains("legal hold", usual, StringComparison.Ordinal);
        foreach (var visitor in new[] { pair.Ann, pair.Bob })
        {
            using var rest = visitor.Rest();
            using var answer = await rest.GetAsync("/api/me/export");
            var export = await answer.Json();
            Assert.Equal(usual, export.Text("notErased"));
            Assert.All(["Order 17", caseId.ToString()], word => Assert.DoesNotContain(word, export.GetRawText(), StringComparison.Ordinal));
        }
    }
}
