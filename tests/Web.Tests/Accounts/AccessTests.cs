using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Web.Accounts;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Accounts;

/// <summary>
/// Who gets in where: every endpoint and page that the running server has, for everybody there is. One that is missing in the
/// table fails, and so does a line for one that is gone.
/// </summary>
public sealed class AccessTests : IAsyncLifetime
{
    /// <summary>
    /// <c>open</c> refuses nobody by who they are, <c>visitor</c> takes a visitor's session, and the others are policies of the
    /// staff. A page answers GET and, to its forms, POST.
    /// </summary>
    private const string Table =
        """
        GET    /health/live                                     open
        GET    /health/ready                                    open
        GET    /api/captcha                                     open
        GET    /openapi/{documentName}.json                     open
        PAGE   /api                                             open
        POST   /api/session                                     open
        POST   /api/login                                       open
        POST   /api/appeals                                     open
        PAGE   /                                                open
        PAGE   /Index                                           open
        PAGE   /appeal                                          open
        PAGE   /account                                         open
        PAGE   /account/passkeys                                open
        PAGE   /account/recover                                 open
        PAGE   /account/sign-in                                 open
        PAGE   /banned                                          open
        PAGE   /Chat                                            open
        PAGE   /error/{code:int?}                               open
        PAGE   /guidelines                                      open
        PAGE   /my-data                                         open
        PAGE   /privacy                                         open
        PAGE   /terms                                           open
        PAGE   /transparency                                    open
        PAGE   /transparency/{period}                           open
        GET    /api/preferences                                 visitor
        PUT    /api/preferences                                 visitor
        POST   /api/register                                    visitor
        GET    /api/turn                                        visitor
        POST   /api/match/start                                 visitor
        POST   /api/match/stop                                  visitor
        POST   /api/report                                      visitor
        POST   /api/block                                       visitor
        GET    /api/me/export                                   visitor
        ANY    /hubs/chat                                       visitor
        ANY    /hubs/chat/negotiate                             visitor
        PAGE   /admin/sign-in                                   open
        PAGE   /admin/invitation                                open
        PAGE   /admin/second-factor                             enrols
        PAGE   /admin/sign-out                                  enrols
        PAGE   /admin                                           reads
        PAGE   /admin/audit                                     reads
        PAGE   /admin/transparency                              reads
        PAGE   /admin/sessions                                  reads
        PAGE   /admin/passkeys                                  reads
        GET    /api/admin/metrics                               reads
        GET    /api/admin/ledger/anchors                        moderates
        PAGE   /admin/cases/{caseId:guid?}                      moderates
        PAGE   /admin/bans                                      moderates
        PAGE   /admin/appeals                                   moderates
        PAGE   /admin/history                                   moderates
        GET    /api/admin/reports                               moderates
        GET    /api/admin/reports/{reportId:guid}               moderates
        POST   /api/admin/cases/{caseId:guid}/dismiss           moderates
        POST   /api/admin/cases/{caseId:guid}/uphold            moderates
        GET    /api/admin/bans                                  moderates
        POST   /api/admin/bans                                  moderates
        POST   /api/admin/bans/{visitorId:guid}/review          moderates
        DELETE /api/admin/bans/{visitorId:guid}                 moderates
        GET    /api/admin/rules                                 moderates
        GET    /api/admin/appeals                               moderates
        POST   /api/admin/appeals/{appealId:guid}               moderates
        GET    /api/admin/visitors/{visitorId:guid}/events      moderates
        PUT    /api/admin/visitors/{visitorId:guid}/badge       moderates
        DELETE /api/admin/visitors/{visitorId:guid}/badge       moderates
        POST   /api/admin/cases/{caseId:guid}/hold              severe
        DELETE /api/admin/cases/{caseId:guid}/hold              severe
        POST   /api/admin/cases/{caseId:guid}/package           severe
        PAGE   /admin/staff                                     administers
        DELETE /api/me                                          visitor
        POST   /api/logout                                      open
        """;

    private readonly List<string> wrong = [];
    private RunningServer server = null!;

    public async ValueTask InitializeAsync() => server = await HubServer.With(
        new Dictionary<string, string?>(Moderator.Unlimited) { ["Staff:RequireTwoFactor"] = "true", ["Limits:Enabled"] = "false" });

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Everybody_gets_in_where_the_table_says_and_nowhere_else()
    {
        var doors = Table.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(line => new Door(line[0], line[1], line[2])).ToList();
        var (served, listed) = (Endpoints().ToList(), doors.Select(door => $"{door.Method} {door.Pattern}").ToList());
        wrong.AddRange(served.Except(listed).Select(missing => $"{missing} is not in the table"));
        wrong.AddRange(listed.Except(served).Select(gone => $"{gone} is in the table and is not served"));

        await using var pair = await Pair.Meet(server.Address);
        var callers = await Callers(pair.Bob);
        try
        {
            var known = await Known(pair, callers.Single(caller => caller.Name == "severe").Http);
            foreach (var door in doors)
            {
                foreach (var caller in callers)
                {
                    foreach (var method in door.Methods)
                    {
                        await Try(door, method, caller, known);
                    }
                }
            }
        }
        finally
        {
            foreach (var caller in callers)
            {
                caller.Http.Dispose();
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private async Task Try(Door door, HttpMethod method, Caller caller, Dictionary<string, Guid> known)
    {
        var (status, said) = await Ask(door, method, caller, new Dictionary<string, Guid>());
        var expected = Refusal(door, caller);
        if (expected is null)
        {
            // What a page's form does needs the token that another site cannot have.
            var isForm = door.IsPage && method == HttpMethod.Post && !door.Pattern.StartsWith("/error", StringComparison.Ordinal);
            if (isForm ? status != 400 : status is 401 or 403 || said.StartsWith("/admin/s", StringComparison.Ordinal))
            {
                wrong.Add($"{caller.Name} is refused at {method} {door.Pattern}: {status} {said}");
            }
        }
        else if (!said.StartsWith(expected.Value.Says, StringComparison.Ordinal) || status != expected.Value.Status)
        {
            wrong.Add($"{caller.Name} at {method} {door.Pattern}: {status} {said} instead of {expected}");
        }
        else if (door.Pattern.Contains(":guid", StringComparison.Ordinal) && await Ask(door, method, caller, known) is var there && there != (status, said))
        {
            wrong.Add($"{caller.Name} can tell by {method} {door.Pattern} whether it exists: {there} instead of {(status, said)}");
        }
    }

    /// <summary>What somebody is told who is refused; null where they get in. It begins with what is given.</summary>
    private static (int Status, string Says)? Refusal(Door door, Caller caller)
    {
        if (door.Policy == "open" || caller.MayUse.Contains(door.Policy))
        {
            return null;
        }

        return (door.IsDesk, door.IsAdmin, caller.Name) switch
        {
            (true, _, "anonymous" or "visitor") => (302, "/admin/sign-in"),
            (true, _, "newcomer") => (302, "/admin/second-factor"),
            (true, _, _) => (403, string.Empty),
            (_, false, _) or (_, true, "anonymous") => (401, "no-session"),
            (_, _, "newcomer") => (403, "two-factor-required"),
            _ => (403, "forbidden"),
        };
    }

    /// <param name="known">Ids of what exists, by their names in a pattern; others are made up.</param>
    /// <returns>The status, and where it leads or, of a problem, everything but its trace.</returns>
    private static async Task<(int Status, string Says)> Ask(Door door, HttpMethod method, Caller caller, Dictionary<string, Guid> known)
    {
        var path = System.Text.RegularExpressions.Regex.Replace(
            door.Pattern, @"\{(\w+)(:\w+)?\??\}", name => name.Groups[2].Value == ":guid" ? (known.GetValueOrDefault(name.Groups[1].Value, Guid.NewGuid())).ToString() : "404");
        using var answer = await caller.Http.Send(method, path, method == HttpMethod.Get || door.IsPage ? null : new { });
        if (answer.Headers.Location is { } elsewhere)
        {
            // Where somebody wanted to go is what they said themselves.
            return ((int)answer.StatusCode, elsewhere.ToString().Split('?')[0]);
        }

        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
        {
            return ((int)answer.StatusCode, string.Empty);
        }

        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        problem.Remove("traceId");
        return ((int)answer.StatusCode, door.IsDesk ? string.Empty : $"{problem["code"]} {problem.ToJsonString()}");
    }

    /// <summary>What the server serves, but for files of its own and the answers to other methods than those here.</summary>
    private IEnumerable<string> Endpoints()
    {
        foreach (var endpoint in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var pattern = "/" + endpoint.RoutePattern.RawText!.Trim('/');
            var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [];
            var isFile = endpoint.Metadata.Any(one => one.GetType().Namespace!.StartsWith("Microsoft.AspNetCore.StaticAssets", StringComparison.Ordinal))
                || pattern.StartsWith("/{**", StringComparison.Ordinal);
            if (endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null)
            {
                yield return $"PAGE {pattern}";
            }
            else if (!isFile && methods is [])
            {
                yield return $"ANY {pattern}";
            }
            else if (!isFile && methods is not ["GET", "HEAD"])
            {
                foreach (var method in methods.Except(["OPTIONS"]))
                {
                    yield return $"{method} {pattern}";
                }
            }
        }
    }

    private async Task<List<Caller>> Callers(HubVisitor visitor)
    {
        string[] enrols = ["enrols"], reads = [.. enrols, "reads"], moderates = [.. reads, "moderates"], administers = [.. moderates, "administers"];
        var callers = new List<Caller>
        {
            new("anonymous", server.NewBrowser(), []),
            new("visitor", server.NewBrowser().As(visitor.Token), ["visitor"]),
        };
        foreach (var (name, role, mayUse) in new[]
        {
            ("newcomer", StaffRoles.Administrator, enrols), ("analyst", StaffRoles.Analyst, reads), ("moderator", StaffRoles.Moderator, moderates),
            ("administrator", StaffRoles.Administrator, administers), ("severe", StaffRoles.Administrator, [.. administers, "severe"]),
        })
        {
            using var signedIn = await Moderator.Another(server, name, role);
            callers.Add(new(name, server.NewBrowser().As(signedIn.DefaultRequestHeaders.Authorization!.Parameter!), mayUse));
        }

        // As if they had enrolled, and one had lost a right; what they are signed in with stays.
        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<StaffDb>();
        await db.Users.Where(member => member.UserName != "newcomer").ExecuteUpdateAsync(set => set.SetProperty(member => member.TwoFactorEnabled, true));
        await db.UserClaims.Where(claim => claim.ClaimType == StaffRoles.Severe && db.Users.Any(member => member.Id == claim.UserId && member.UserName == "administrator"))
            .ExecuteDeleteAsync();
        return callers;
    }

    /// <summary>One of each thing that an address can name.</summary>
    private static async Task<Dictionary<string, Guid>> Known(Pair pair, HttpClient administrator)
    {
        var report = await pair.Report("harassment");
        System.Text.Json.JsonElement item = default;
        await Wait.Until(async () =>
        {
            using var listed = await administrator.GetAsync("/api/admin/reports");
            return listed.IsSuccessStatusCode && (item = (await listed.Json()).GetProperty("items").EnumerateArray().FirstOrDefault()).ValueKind == System.Text.Json.JsonValueKind.Object;
        });
        using (var banned = await administrator.Post("/api/admin/bans", new { visitorId = pair.Ann.Id, reason = "harassment", statement = "You <em>insulted</em> somebody." }))
        {
            Assert.Equal(HttpStatusCode.Created, banned.StatusCode);
        }

        using var ann = pair.Ann.Rest();
        using var refused = await ann.GetAsync("/api/preferences");
        var appealUrl = (await refused.Problem(403, "banned")).Text("appealUrl");
        using var appealed = await ann.Post(
            "/api/appeals", new { token = Uri.UnescapeDataString(appealUrl.Split("token=")[1]), statement = "I <em>insulted</em> nobody." });
        var appeal = (await appealed.Json(HttpStatusCode.Created)).GetProperty("appealId").GetGuid();

        // What they wrote is text, wherever it is read.
        foreach (var path in new[] { "/admin/bans", "/admin/appeals", appealUrl })
        {
            string page = "";
            await Wait.Until(async () => (page = await administrator.GetStringAsync(path)).Contains("&lt;em&gt;insulted&lt;/em&gt;", StringComparison.Ordinal));
            Assert.DoesNotContain("<em>insulted", page, StringComparison.Ordinal);
        }

        return new() { ["reportId"] = report, ["caseId"] = item.GetProperty("caseId").GetGuid(), ["visitorId"] = pair.Ann.Id, ["appealId"] = appeal };
    }

    /// <param name="Method">PAGE and ANY: GET and POST.</param>
    private sealed record Door(string Method, string Pattern, string Policy)
    {
        public bool IsPage => Method == "PAGE";

        /// <summary>For people of the staff.</summary>
        public bool IsDesk => Pattern == "/admin" || Pattern.StartsWith("/admin/", StringComparison.Ordinal);

        /// <summary>For their programs.</summary>
        public bool IsAdmin => Pattern.StartsWith("/api/admin/", StringComparison.Ordinal);

        public HttpMethod[] Methods => Method is "PAGE" or "ANY" ? [HttpMethod.Get, HttpMethod.Post] : [new(Method)];
    }

    private sealed record Caller(string Name, HttpClient Http, string[] MayUse);
}
