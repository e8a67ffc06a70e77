using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.ApplicationModels;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Web.Accounts;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Moderation;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Api;

/// <summary>The description of the REST interface, held against the server that it describes.</summary>
public sealed partial class ApiDescriptionTests : IAsyncLifetime
{
    private RunningServer server = null!;
    private JsonElement document;

    public async ValueTask InitializeAsync()
    {
        server = await HubServer.With(new Dictionary<string, string?>(Moderator.Unlimited) { ["Limits:Registrations:Enabled"] = "false" });
        using var http = server.NewBrowser();
        using var answer = await http.GetAsync("/openapi/v1.json");
        document = await answer.Json();
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public void Every_call_is_described_and_nothing_else()
    {
        var there = server.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<PageRouteMetadata>() is null && endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>() is null)
            .Select(endpoint => (Path: "/" + Constraint().Replace(endpoint.RoutePattern.RawText!.Trim('/'), "}"), Methods: endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []))
            .Where(endpoint => endpoint.Path.StartsWith("/api", StringComparison.Ordinal) || endpoint.Path.StartsWith("/health", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Methods.Select(method => $"{method} {endpoint.Path}"))
            .Order(StringComparer.Ordinal);

        Assert.Equal(there, Calls().Select(call => call.Name).Order(StringComparer.Ordinal));
        Assert.All(Calls(), call => Assert.NotEmpty(call.Operation.Text("summary")));
    }

    [Fact]
    public async Task What_a_body_must_and_may_hold_is_what_the_server_reads()
    {
        using var staff = await Moderator.SignIn(server.Address);
        using var visitor = new HttpClient { BaseAddress = server.Address }.As((await HubVisitor.Session(server.Address)).Token);
        foreach (var call in Calls().Where(call => call.Operation.TryGetProperty("requestBody", out _)))
        {
            var schema = Resolve(call.Operation.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("schema"));
            var http = call.IsStaff ? staff : visitor;
            using (var empty = await http.Send(new(call.Method), call.Concrete, new { }))
            {
                Assert.Equal(Names(schema, "required"), await Wrong(empty, call));
            }

            var fields = Names(schema, "properties");
            using var nonsense = await http.Send(new(call.Method), call.Concrete, fields.ToDictionary(field => field, _ => (object)new { }));
            Assert.Equal(fields, await Wrong(nonsense, call));
        }
    }

    [Fact]
    public async Task Whoever_may_not_call_is_refused_as_it_says()
    {
        using var nobody = server.NewBrowser();
        using var visitor = new HttpClient { BaseAddress = server.Address }.As((await HubVisitor.Session(server.Address)).Token);
        foreach (var call in Calls().Where(call => call.Operation.TryGetProperty("security", out _)))
        {
            using var refused = await nobody.Send(new(call.Method), call.Concrete);
            await refused.Problem(401, "no-session");
            Assert.Contains("no-session", CodesOf(call, "401"));
            if (call.IsStaff)
            {
                using var forbidden = await visitor.Send(new(call.Method), call.Concrete);
                await forbidden.Problem(403, "forbidden");
                Assert.Contains("forbidden", CodesOf(call, "403"));
            }
        }
    }

    [Fact]
    public async Task What_is_answered_has_the_shape_that_is_described()
    {
        var seen = new HashSet<string>();
        using var nobody = server.NewBrowser();
        using var staff = await Moderator.SignIn(server.Address);
        await Fits("GET", "/health/live", nobody);
        await Fits("GET", "/health/ready", nobody);
        await Fits("GET", "/api/captcha", nobody);
        await Fits("POST", "/api/session", nobody, new { birthYear = 1990, acceptTerms = true });

        await using var pair = await Pair.Meet(server.Address);
        await pair.Ann.Say(pair.MatchId, "call me on 0171 2345678");
        using var ann = pair.Ann.Rest();
        using var bob = pair.Bob.Rest();
        await Fits("PUT", "/api/preferences", ann, new { mode = "text", language = "en", interests = new[] { "chess" } });
        await Fits("GET", "/api/preferences", ann);
        await Fits("GET", "/api/turn", ann);
        var report = (await Fits("POST", "/api/report", bob, new { matchId = pair.MatchId, reason = "harassment", comment = "She did not stop." }))
            .GetProperty("reportId").GetGuid();
        await Fits("POST", "/api/match/start", bob, new { mode = "text" });
        await Fits("POST", "/api/register", bob, new { username = "bob", password = Moderator.Password });
        using var other = server.NewBrowser();
        await Fits("POST", "/api/login", other, new { username = "bob", password = Moderator.Password });

        JsonElement[] reports = [];
        await Wait.Until(async () => (reports = await staff.Reports()).Length == 1);
        var caseId = reports[0].GetProperty("caseId").GetGuid();
        await Fits("GET", "/api/admin/reports", staff);
        await Fits("GET", "/api/admin/reports/{reportId}", staff, at: report);
        await Fits("POST", "/api/admin/cases/{caseId}/hold", staff, new { reason = "The court asked for it." }, caseId);
        await Fits("GET", "/api/admin/reports/{reportId}", staff, at: report);
        await Fits("POST", "/api/admin/cases/{caseId}/uphold", staff, new { policy = "harassment", statement = "This was harassment." }, caseId);
        await Fits("POST", "/api/admin/bans", staff, new { visitorId = pair.Ann.Id, reason = "harassment", statement = "This was harassment." });
        await Wait.Until(async () => (await staff.Bans()).Length > 0);
        var banned = await pair.Ann.Next("banned");
        await Fits("POST", "/api/appeals", other, new { token = banned.Text("appealUrl").Split('=')[1], statement = "It was a joke." });
        await Wait.Until(async () => (await staff.Appeals()).Length > 0);
        foreach (var path in new[] { "reports", "bans", "appeals", "rules", "metrics", "ledger/anchors" })
        {
            await Fits("GET", "/api/admin/" + path, staff);
        }

        await Fits("GET", "/api/admin/visitors/{visitorId}/events", staff, at: pair.Ann.Id);
        await Fits("GET", "/api/me/export", ann);
        Assert.Equal(Calls().Where(call => Success(call).Any()).Select(call => call.Name).Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));

        async Task<JsonElement> Fits(string method, string path, HttpClient http, object? body = null, Guid? at = null)
        {
            var call = Calls().Single(one => one.Name == $"{method} {path}");
            using var answer = await http.Send(new(method), Parameter().Replace(path, at.ToString()!), body);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, $"{call.Name}: {text}");
            var described = call.Operation.GetProperty("responses").GetProperty(((int)answer.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture));
            var json = JsonSerializer.Deserialize<JsonElement>(text);
            Assert.Null(Misfit(described.GetProperty("content").GetProperty("application/json").GetProperty("schema"), json, call.Name));
            seen.Add(call.Name);
            return json;
        }
    }

    [Fact]
    public async Task The_page_for_people_names_every_call()
    {
        using var browser = server.NewBrowser();
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync("/api"));

        Assert.All(Calls(), call => Assert.Contains($"<code>{call.Name}</code>", page, StringComparison.Ordinal));
        Assert.Contains("bad-credentials", page, StringComparison.Ordinal);
    }

    private IEnumerable<Call> Calls() => document.GetProperty("paths").EnumerateObject()
        .SelectMany(path => path.Value.EnumerateObject().Select(operation => new Call(operation.Name.ToUpperInvariant(), path.Name, operation.Value)));

    private static IEnumerable<JsonProperty> Success(Call call) => call.Operation.GetProperty("responses").EnumerateObject()
        .Where(answer => answer.Name.StartsWith('2') && answer.Value.TryGetProperty("content", out var content) && content.TryGetProperty("application/json", out _));

    private static IEnumerable<string?> CodesOf(Call call, string status) => call.Operation.GetProperty("responses").GetProperty(status)
        .GetProperty("content").GetProperty("application/problem+json").GetProperty("schema").GetProperty("properties").GetProperty("code").GetProperty("enum")
        .EnumerateArray().Select(code => code.GetString());

    /// <summary>The fields that a refusal names.</summary>
    private static async Task<string[]> Wrong(HttpResponseMessage answer, Call call)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, $"{call.Name}: {answer.StatusCode} {text}");
        var problem = JsonSerializer.Deserialize<JsonElement>(text);
        Assert.Contains(problem.Text("code"), CodesOf(call, "422"));
        return [.. problem.GetProperty("errors").EnumerateObject().Select(error => error.Name).Order(StringComparer.Ordinal)];
    }

    private static string[] Names(JsonElement schema, string what) => !schema.TryGetProperty(what, out var names) ? []
        : names.ValueKind == JsonValueKind.Array ? [.. names.EnumerateArray().Select(name => name.GetString()!).Order(StringComparer.Ordinal)]
        : [.. names.EnumerateObject().Select(name => name.Name).Order(StringComparer.Ordinal)];

    private JsonElement Resolve(JsonElement schema) => schema.TryGetProperty("$ref", out var reference)
        ? reference.GetString()!.TrimStart('#', '/').Split('/').Aggregate(document, (at, step) => at.GetProperty(step))
        : schema;

    /// <summary>Where a value is not as its schema says; null where it is.</summary>
    private string? Misfit(JsonElement given, JsonElement value, string where)
    {
        var schema = Resolve(given);
        if (schema.TryGetProperty("oneOf", out var some) || schema.TryGetProperty("anyOf", out some))
        {
            var misfits = some.EnumerateArray().Select(one => Misfit(one, value, where)).ToArray();
            return misfits.Contains(null) ? null : misfits[^1];
        }

        var types = !schema.TryGetProperty("type", out var type) ? [] : type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(one => one.GetString()!).ToArray() : [type.GetString()!];
        if (schema.TryGetProperty("enum", out var words) && !words.EnumerateArray().Any(word => JsonElement.DeepEquals(word, value)) && !(value.ValueKind == JsonValueKind.Null && types.Contains("null")))
        {
            return $"{where} is {value}, none of {words}.";
        }

        var kind = value.ValueKind switch
        {
            JsonValueKind.Null => "null",
            JsonValueKind.String => "string",
            JsonValueKind.Array => "array",
            JsonValueKind.Object => "object",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            _ => "number",
        };
        if (types.Length > 0 && !types.Contains(kind) && !(kind == "number" && types.Contains("integer") && value.TryGetInt64(out _)))
        {
            return $"{where} is {kind}, not {string.Join(" or ", types)}.";
        }

        if (kind == "array" && schema.TryGetProperty("items", out var items))
        {
            return value.EnumerateArray().Select((item, index) => Misfit(items, item, $"{where}[{index}]")).FirstOrDefault(misfit => misfit is not null);
        }

        if (kind != "object" || !schema.TryGetProperty("properties", out var properties))
        {
            return null;
        }

        return Names(schema, "required").Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{where} has no {name}.")
            .Concat(value.EnumerateObject().Select(property => properties.TryGetProperty(property.Name, out var described)
                ? Misfit(described, property.Value, $"{where}.{property.Name}")
                : $"{where}.{property.Name} is not described."))
            .FirstOrDefault(misfit => misfit is not null);
    }

    private sealed record Call(string Method, string Path, JsonElement Operation)
    {
        public string Name => $"{Method} {Path}";

        public bool IsStaff => Path.StartsWith("/api/admin", StringComparison.Ordinal);

        /// <summary>With ids that nothing has.</summary>
        public string Concrete => Parameter().Replace(Path, "0b7e3a52-5d3c-4e0e-9c55-0a4d1f6c1e01");
    }

    [GeneratedRegex(":[a-z]+}")]
    private static partial Regex Constraint();

    [GeneratedRegex("{[a-zA-Z]+}")]
    private static partial Regex Parameter();
}
