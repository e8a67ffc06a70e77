using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Infrastructure.Secrets;
using RandomChat.Web.Captcha;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Captcha;

/// <summary>Our proof of work against ALTCHA's own library, which solves it and judges it.</summary>
public sealed class AltchaTests : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
    private RunningServer server = null!;

    public async ValueTask InitializeAsync() => server = await RunningServer.Start(
        new Dictionary<string, string?> { ["Captcha:Mode"] = "always", ["Captcha:Cost"] = "500", ["Captcha:MaximumCounter"] = "100" },
        services: services => services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ProofOfWork>(provider, (TimeProvider)clock)));

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task The_official_library_solves_our_challenge_verifies_it_and_its_payload_passes_once()
    {
        var (payload, verified) = await Solve(await Challenge());

        Assert.True(verified);
        using var browser = server.NewBrowser();
        using var first = await Enter(browser, payload);
        using var again = await Enter(browser, payload);
        await first.Json(HttpStatusCode.Created);
        await again.Problem(400, "captcha-invalid");
    }

    [Fact]
    public async Task Without_a_solution_it_is_required()
    {
        using var browser = server.NewBrowser();
        using var none = await Enter(browser, null);
        using var blank = await Enter(browser, " ");

        await none.Problem(400, "captcha-required");
        await blank.Problem(400, "captcha-required");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("e30=")]
    [InlineData("W10=")]
    [InlineData("bnVsbA==")]
    public async Task What_is_no_payload_is_invalid(string payload)
    {
        using var browser = server.NewBrowser();
        using var answer = await Enter(browser, payload);

        await answer.Problem(400, "captcha-invalid");
    }

    [Fact]
    public async Task A_challenge_lives_five_minutes()
    {
        using var browser = server.NewBrowser();
        var (early, _) = await Solve(await Challenge());
        var (late, _) = await Solve(await Challenge());

        clock.Advance(TimeSpan.FromSeconds(295));
        using var inTime = await Enter(browser, early);
        clock.Advance(TimeSpan.FromSeconds(10));
        using var tooLate = await Enter(browser, late);

        await inTime.Json(HttpStatusCode.Created);
        await tooLate.Problem(400, "captcha-invalid");
    }

    [Theory]
    [InlineData("challenge.parameters.cost", "1")]
    [InlineData("challenge.parameters.expiresAt", "99999999999")]
    [InlineData("challenge.parameters.keyPrefix", "\"00\"")]
    [InlineData("challenge.signature", "\"00\"")]
    [InlineData("solution.counter", "0")]
    [InlineData("solution.derivedKey", "\"00\"")]
    public async Task A_payload_that_was_changed_is_invalid(string path, string value)
    {
        var (payload, _) = await Solve(await Challenge());
        var json = JsonNode.Parse(Convert.FromBase64String(payload))!;
        var parts = path.Split('.');
        var parent = parts[..^1].Aggregate(json, (node, part) => node[part]!);
        parent[parts[^1]] = JsonNode.Parse(value);

        using var browser = server.NewBrowser();
        using var answer = await Enter(browser, Convert.ToBase64String(Encoding.UTF8.GetBytes(json.ToJsonString())));

        await answer.Problem(400, "captcha-invalid");
    }

    private static Task<HttpResponseMessage> Enter(HttpClient browser, string? captcha) =>
        browser.Post("/api/session", new { birthYear = 1990, acceptTerms = true, captcha });

    private async Task<string> Challenge()
    {
        using var browser = server.NewBrowser();
        return await browser.GetStringAsync("/api/captcha");
    }

    private async Task<(string Payload, bool Verified)> Solve(string challenge)
    {
        var script = Path.Combine(RepositoryFolder.Path, "tests", "Web.Tests", "Captcha", "altcha.mjs");
        var secret = ProofOfWork.SecretText(server.Services.GetRequiredService<ServerSecrets>());
        Process node;
        try
        {
            node = Process.Start(new ProcessStartInfo("node", [script, challenge, secret]) { RedirectStandardOutput = true })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("Node.js is not installed; it runs ALTCHA's official library.");
            throw;
        }

        using (node)
        {
            var output = await node.StandardOutput.ReadToEndAsync();
            await node.WaitForExitAsync();
            Assert.Equal(0, node.ExitCode);
            var result = JsonSerializer.Deserialize<JsonElement>(output);
            return (result.GetProperty("payload").GetString()!, result.GetProperty("verified").GetBoolean());
        }
    }
}
