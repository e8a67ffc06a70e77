using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Screening;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Screening;

/// <summary>A server that asks a classifier elsewhere about delivered messages.</summary>
public sealed class HostedScreeningTests
{
    private const string Setting = "Screening:Hosted:Url";

    [Fact]
    public async Task One_that_takes_connections_and_never_answers_delays_no_message()
    {
        using var hanging = new TcpListener(IPAddress.Loopback, 0);
        hanging.Start();
        await using var server = await HubServer.With(
            new Dictionary<string, string?> { [Setting] = $"http://127.0.0.1:{((IPEndPoint)hanging.LocalEndpoint).Port}/v1/moderations" },
            services: services => services.AddSingleton<TimeProvider>(new EndlessPatience()));
        await using var pair = await Pair.Meet(server.Address, Wire.Json, "text");
        var held = new List<(TcpClient Connection, Task<int> Ended)>();

        // Each is answered while the ones before are waited for: an answer that waited for the classifier would never come.
        foreach (var body in new[] { "hello", "are you there?", "you idiot", "07700 900123" })
        {
            Assert.Equal("delivered", (await pair.Ann.Say(pair.MatchId, body)).Text("status"));
            Assert.Equal(body, (await pair.Bob.Next("chat_message")).Text("body"));
            held.Add(await Asked(hanging, body));
        }

        Assert.All(held, one => Assert.False(one.Ended.IsCompleted, "It was not waited for any more."));
        held.ForEach(one => one.Connection.Dispose());
    }

    [Fact]
    public async Task What_it_finds_by_the_policy_as_shipped_is_recorded_on_the_match()
    {
        await using var provider = await Provider();
        await using var server = await HubServer.With(new Dictionary<string, string?> { [Setting] = $"{provider.Urls.Single()}/v1/moderations" });
        await using var pair = await Pair.Meet(server.Address, Wire.Json, "text");

        Assert.Equal("delivered", (await pair.Ann.Say(pair.MatchId, "which class are you in, sweetie")).Text("status"));

        var screened = await Screened(server, pair);
        Assert.Equal(
            (ScreeningAction.Flag, ScreeningCategory.ChildSafety, Severity.Strong, 0.62, "openai/childSafety", "omni-moderation-test"),
            (screened.Verdict.Action, screened.Verdict.Category, screened.Verdict.Severity, screened.Verdict.Score, screened.Verdict.Rule, screened.Verdict.RuleVersion));
        Assert.Equal(pair.Ann.Id, screened.From);
    }

    [Fact]
    public async Task The_privacy_page_names_it_where_there_is_one_and_else_says_that_nothing_leaves()
    {
        await using var alone = await HubServer.With();
        await using var with = await HubServer.With(new Dictionary<string, string?> { [Setting] = "https://moderation.example.org/v1/moderations" });
        using var one = alone.NewBrowser();
        using var other = with.NewBrowser();

        Assert.Contains("and nowhere else", await one.GetStringAsync("/privacy"), StringComparison.Ordinal);
        var page = await other.GetStringAsync("/privacy");
        Assert.Contains("moderation.example.org", page, StringComparison.Ordinal);
        Assert.DoesNotContain("and nowhere else", page, StringComparison.Ordinal);
    }

    /// <summary>Takes the question about a message, and never answers it.</summary>
    /// <returns>The connection, and a task that ends when it is given up.</returns>
    private static async Task<(TcpClient Connection, Task<int> Ended)> Asked(TcpListener hanging, string about)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var connection = await hanging.AcceptTcpClientAsync(patience.Token);
        var stream = connection.GetStream();
        var (buffer, question) = (new byte[4096], new StringBuilder());
        while (!question.ToString().Contains($"\"input\":\"{about}\"", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, patience.Token);
            Assert.NotEqual(0, read);
            question.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }

        // Nothing comes any more but the connection's end.
        return (connection, EndOf(stream));
    }

    private static async Task<int> EndOf(NetworkStream stream)
    {
        var buffer = new byte[4096];
        int read;
        do
        {
            read = await stream.ReadAsync(buffer);
        }
        while (read > 0);
        return read;
    }

    /// <summary>A server that speaks OpenAI's moderation interface and finds the same in every text.</summary>
    private static async Task<WebApplication> Provider()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var provider = builder.Build();
        provider.MapPost("/v1/moderations", async (HttpRequest request) =>
        {
            var question = await request.ReadFromJsonAsync<JsonElement>();
            Assert.NotEmpty(question.GetProperty("input").GetString()!);
            return Results.Text(
                """{ "id": "modr-1", "model": "omni-moderation-test", "results": [{ "flagged": true, "category_scores": { "harassment": 0.2, "sexual/minors": 0.62 } }] }""",
                "application/json");
        });
        await provider.StartAsync();
        return provider;
    }

    private static async Task<MatchEvent.MessageScreened> Screened(RunningServer server, Pair pair)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var log = server.Services.GetRequiredService<IEventStore>();
        while (true)
        {
            await foreach (var recorded in log.Read(StreamName.For("match", Guid.Parse(pair.MatchId)), 0, patience.Token))
            {
                if (EventCodec.Default.Decode(recorded) is MatchEvent.MessageScreened screened)
                {
                    return screened;
                }
            }

            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>A clock on which nobody's patience with a classifier ends; everything else goes on as usual.</summary>
    private sealed class EndlessPatience : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new PatientTimer(base.CreateTimer(callback, state, Endless(dueTime), period));

        private static TimeSpan Endless(TimeSpan dueTime) =>
            dueTime == HostedClassifier.Patience || dueTime == LaterScreening.Patience ? Timeout.InfiniteTimeSpan : dueTime;

        // A time limit may also be set on a timer that is there.
        private sealed class PatientTimer(ITimer timer) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(Endless(dueTime), period);

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}
