using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.SignalR;
using RandomChat.Domain.Moderation;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Bots;

/// <summary>What a suspicion does at the door of the queue, over real connections.</summary>
public sealed class SuspectedTests : IAsyncLifetime
{
    private const int Cost = 50;
    private const int MostProbes = 100;
    private RunningServer server = null!;

    public async ValueTask InitializeAsync() => server = await HubServer.With(new Dictionary<string, string?>
    {
        ["Captcha:Mode"] = "suspicious",
        ["Captcha:Cost"] = $"{Cost}",
        ["Captcha:MaximumCounter"] = "20",
    });

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData(Wire.Json)]
    [InlineData(Wire.MessagePack)]
    public async Task Whoever_probes_the_queue_is_asked_for_a_dearer_proof_at_each_join_and_neighbours_are_not(Wire wire)
    {
        await using var prober = await HubVisitor.Enter(server.Address, wire);
        var cheap = await Solve(await Challenge(prober.Token), Cost);
        await ProbeUntilRefused(prober, "captcha-required");

        var proof = await Solve(await Challenge(prober.Token), Cost * SuspicionPolicy.DearerBy);

        // What was asked for before the suspicion was cheaper.
        Assert.Equal("captcha-invalid", (await prober.Refused("join_queue", Request(cheap))).Code);
        Assert.Equal("waiting", (await prober.Join(Request(proof))).Text("state"));
        Assert.Equal("captcha-invalid", (await prober.Refused("join_queue", Request(proof))).Code);
        await using var neighbour = await HubVisitor.Enter(server.Address, wire);
        Assert.Equal("waiting", (await neighbour.Join(Request())).Text("state"));
    }

    [Fact]
    public async Task A_skip_that_is_asked_for_a_proof_has_ended_the_match_all_the_same_and_waits_again_with_the_proof()
    {
        await using var prober = await HubVisitor.Enter(server.Address);
        await ProbeUntilRefused(prober, "captcha-required");
        var request = Request(await Solve(await Challenge(prober.Token), cost: null));
        await prober.Join(request);
        await using var partner = await HubVisitor.Enter(server.Address);
        await partner.Join(new Dictionary<string, object?>(request) { ["captcha"] = null });
        var matchId = (await prober.Next("match_found")).Text("matchId");

        var (code, _) = await prober.Refused("skip", new Dictionary<string, object?> { ["matchId"] = matchId });

        Assert.Equal("captcha-required", code);
        Assert.Equal("skipped", (await partner.Next("end_session")).Text("reason"));
        var proof = await Solve(await Challenge(prober.Token), cost: null);
        var again = await prober.Call("skip", new Dictionary<string, object?> { ["matchId"] = matchId, ["captcha"] = proof });
        Assert.Equal("waiting", again.Text("state"));
    }

    [Fact]
    public async Task Whoever_goes_on_although_asked_is_slowed_and_told_how_long()
    {
        await using var stubborn = await HubVisitor.Enter(server.Address);

        for (var probe = 0; probe < MostProbes; probe++)
        {
            try
            {
                await stubborn.Join(Request(await Solve(await Challenge(stubborn.Token), cost: null)));
                await stubborn.Call("leave_queue");
            }
            catch (HubException refused) when (refused.Message.Contains("rate-limited: ", StringComparison.Ordinal))
            {
                Assert.Matches(@"rate-limited: \d+ ", refused.Message);
                return;
            }
        }

        Assert.Fail("It was never slowed.");
    }

    /// <summary>Joins and leaves until joining is refused.</summary>
    private static async Task ProbeUntilRefused(HubVisitor prober, string code)
    {
        for (var probe = 0; probe < MostProbes; probe++)
        {
            try
            {
                await prober.Join(Request());
            }
            catch (HubException refused)
            {
                Assert.Contains($"{code}: ", refused.Message, StringComparison.Ordinal);
                return;
            }

            await prober.Call("leave_queue");
        }

        Assert.Fail("It was never asked.");
    }

    private static Dictionary<string, object?> Request(string? captcha = null) => new(Pair.Request()) { ["captcha"] = captcha };

    private async Task<JsonNode> Challenge(string? token)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        http.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        return JsonNode.Parse(await http.GetStringAsync("/api/captcha"))!;
    }

    /// <summary>Solves a challenge as a browser does: counts until the key begins as it should.</summary>
    /// <param name="cost">What it has to cost; null: whatever it does.</param>
    private static Task<string> Solve(JsonNode challenge, int? cost) => Task.Run(() =>
    {
        var parameters = challenge["parameters"]!;
        var iterations = parameters["cost"]!.GetValue<int>();
        Assert.Equal(cost ?? iterations, iterations);
        for (var counter = 0; ; counter++)
        {
            byte[] password = [.. Convert.FromHexString(parameters["nonce"]!.GetValue<string>()), .. BitConverter.GetBytes(counter).Reverse()];
            var key = Convert.ToHexStringLower(Rfc2898DeriveBytes.Pbkdf2(
                password, Convert.FromHexString(parameters["salt"]!.GetValue<string>()), iterations, HashAlgorithmName.SHA256, 32));
            if (key.StartsWith(parameters["keyPrefix"]!.GetValue<string>(), StringComparison.Ordinal))
            {
                var payload = new JsonObject
                {
                    ["challenge"] = challenge.DeepClone(),
                    ["solution"] = new JsonObject { ["counter"] = counter, ["derivedKey"] = key },
                };
                return Convert.ToBase64String(Encoding.UTF8.GetBytes(payload.ToJsonString()));
            }
        }
    });
}
