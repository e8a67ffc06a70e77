using System.Text.Json;
using Microsoft.AspNetCore.SignalR;

namespace RandomChat.Web.Tests.Realtime;

/// <summary>Random calls with random arguments: the server lives, never answers <c>internal</c>, and others are undisturbed.</summary>
public sealed class FuzzTests(HubServer hub) : IClassFixture<HubServer>
{
    private static readonly string[] Methods =
    [
        "join_queue", "leave_queue", "chat_message", "typing", "signal", "show_video", "call_report", "skip", "end_session", "resume", "JoinQueue",
        "nothing", " ",
    ];

    private static readonly string[] Fields =
    [
        "matchId", "body", "clientMessageId", "mode", "language", "interests", "acceptAny", "captcha", "isTyping", "type", "payload",
        "show", "path", "firstFrameMilliseconds", "afterSequence", "__proto__", "",
    ];

    private static readonly string[] Codes =
    [
        "malformed", "captcha-required", "captcha-invalid", "no-session", "conflict", "not-in-match", "too-large", "invalid",
        "rate-limited", "unavailable",
    ];

    [Theory]
    [InlineData(Wire.Json, 300)]
    [InlineData(Wire.MessagePack, 300)]
    public Task A_few_hundred_random_calls_harm_nobody(Wire wire, int calls) => Fuzz(wire, calls);

    [Theory(Explicit = true)]
    [InlineData(Wire.Json, 5_000)]
    [InlineData(Wire.MessagePack, 5_000)]
    public Task Thousands_of_random_calls_harm_nobody(Wire wire, int calls) => Fuzz(wire, calls);

    [Fact(Explicit = true)]
    public async Task Two_hundred_who_join_at_once_are_all_paired_and_nobody_twice()
    {
        var request = Pair.Request();
        var people = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => HubVisitor.Enter(hub.Server.Address)));
        await Task.WhenAll(people.Select(person => person.Join(request)));

        var found = await Task.WhenAll(people.Select(person => person.Next("match_found")));

        Assert.Equal(100, found.Select(match => match.Text("matchId")).Distinct().Count());
        Assert.All(found.GroupBy(match => match.Text("matchId")), match => Assert.Equal(2, match.Count()));
        Assert.All(people, person => Assert.Empty(person.Unread("match_found")));
        foreach (var person in people)
        {
            await person.DisposeAsync();
        }
    }

    private async Task Fuzz(Wire wire, int calls)
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        await using var others = await Pair.Meet(hub.Server.Address);
        await using var mine = await Pair.Meet(hub.Server.Address, wire);
        string[] ids = [mine.MatchId, others.MatchId, Guid.NewGuid().ToString(), "x"];
        for (var call = 0; call < calls; call++)
        {
            var method = Methods[random.Next(Methods.Length)];
            var arguments = Enumerable.Range(0, random.Next(10) == 0 ? random.Next(4) : 1).Select(_ => Argument(random, ids)).ToArray();
            try
            {
                await mine.Ann.Tell(method, arguments);
            }
            catch (HubException refused)
            {
                var known = refused.Message.Contains("Method does not exist", StringComparison.Ordinal)
                    || Codes.Any(code => refused.Message.Contains($"HubException: {code}: ", StringComparison.Ordinal));
                Assert.True(known, $"Seed {seed}, call {call}: {method}({JsonSerializer.Serialize(arguments)}) gave '{refused.Message}'.");
            }
        }

        Assert.Equal(1, (await others.Ann.Say(others.MatchId, "undisturbed")).Number("sequence"));
        Assert.Equal("undisturbed", (await others.Bob.Next("chat_message")).Text("body"));
        Assert.Empty(others.Bob.Unread("end_session"));
        Assert.Empty(others.Bob.Unread("typing"));
        Assert.DoesNotContain(hub.Server.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    private static object? Argument(Random random, string[] ids) => random.Next(8) == 0
        ? Value(random, ids, 3)
        : Enumerable.Range(0, random.Next(6)).Select(_ => Fields[random.Next(Fields.Length)]).Append("matchId").Distinct()
            .ToDictionary(field => field, field => field == "matchId" && random.Next(4) > 0 ? ids[random.Next(ids.Length)] : Value(random, ids, 3));

    private static object? Value(Random random, string[] ids, int depth) => random.Next(depth > 0 ? 16 : 13) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.Next(-5, 5),
        3 => long.MaxValue,
        4 => random.NextDouble() * 1e300,
        5 => string.Empty,
        6 => "\0\u202e\ud83d\ude00 \"'<script>",
        7 => new string('é', random.Next(3_000)),
        8 => ids[random.Next(ids.Length)],
        9 => "text",
        10 => "video",
        11 => random.Next(2) == 0 ? "offer" : "relay",
        12 => DateTime.UnixEpoch.ToString("O"),
        13 => Enumerable.Range(0, random.Next(12)).Select(_ => Value(random, ids, depth - 1)).ToArray(),
        14 => Enumerable.Range(0, random.Next(5)).ToDictionary(i => $"k{i}", _ => Value(random, ids, depth - 1)),
        _ => new object?[] { new object?[] { new object?[] { Value(random, ids, depth - 1) } } },
    };
}
