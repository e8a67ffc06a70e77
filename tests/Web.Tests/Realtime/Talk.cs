using System.Text.Json;

namespace RandomChat.Web.Tests.Realtime;

/// <summary>Somebody who talks without a pause and remembers which messages were answered, and with which sequence.</summary>
public sealed class Talk(HubVisitor speaker, string matchId)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> answered = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> waiting = [];
    private readonly List<string> sent = [];

    /// <summary>Who speaks; another connection after a restart.</summary>
    public HubVisitor Speaker { get; set; } = speaker;

    public int AnsweredCount
    {
        get
        {
            lock (gate)
            {
                return answered.Count;
            }
        }
    }

    /// <summary>Talks until the connection breaks.</summary>
    public async Task Go()
    {
        while (true)
        {
            var body = $"message {sent.Count}";
            sent.Add(body);
            if (!await TrySend(body))
            {
                return;
            }
        }
    }

    /// <summary>
    /// Talks on through refusals and broken connections, coming back by <paramref name="reconnect"/>; what had no answer
    /// is sent again with its old id.
    /// </summary>
    public async Task GoOn(Func<HubVisitor, Task<HubVisitor>> reconnect, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            var body = $"message {sent.Count}";
            sent.Add(body);
            while (!await TrySend(body) && !until.IsCancellationRequested)
            {
                await Task.Delay(50, CancellationToken.None);
                if (Speaker.Hub.State == Microsoft.AspNetCore.SignalR.Client.HubConnectionState.Connected)
                {
                    continue;
                }

                try
                {
                    Speaker = await reconnect(Speaker);
                }
                catch (Exception e) when (e is HttpRequestException or IOException or System.Net.WebSockets.WebSocketException or OperationCanceledException)
                {
                    // Nobody is there yet.
                }
            }
        }
    }

    /// <summary>Sends again, with their old ids, those that had no answer.</summary>
    public async Task SendUnanswered()
    {
        foreach (var body in sent.Where(body => !answered.ContainsKey(body)).ToArray())
        {
            Assert.True(await TrySend(body), $"'{body}' was not answered.");
        }
    }

    public Task Answered(int count)
    {
        lock (gate)
        {
            if (answered.Count >= count)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((count, reached));
            return reached.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
    }

    /// <summary>What was answered until now, with its sequence.</summary>
    public IReadOnlyDictionary<string, int> AnsweredSoFar()
    {
        lock (gate)
        {
            return new Dictionary<string, int>(answered);
        }
    }

    /// <summary>Every answered message is there exactly once, with its sequence, and the sequence has no gaps.</summary>
    public Task AssertKept(HubVisitor reader) => AssertKept(reader, answered);

    /// <summary>The same of those that were answered until a moment.</summary>
    public async Task AssertKept(HubVisitor reader, IReadOnlyDictionary<string, int> expected)
    {
        var kept = new List<(int Sequence, string Body)>();
        while (true)
        {
            var page = await reader.Call("resume", new Dictionary<string, object?>
            {
                ["matchId"] = matchId,
                ["afterSequence"] = kept.Count == 0 ? 0 : kept[^1].Sequence,
            });
            var messages = page.GetProperty("messages").EnumerateArray().Select(m => (m.Number("sequence"), m.Text("body"))).ToArray();
            if (messages.Length == 0)
            {
                break;
            }

            kept.AddRange(messages);
        }

        Assert.Equal(Enumerable.Range(1, kept.Count), kept.Select(message => message.Sequence));
        Assert.Equal(kept.Count, kept.Select(message => message.Body).Distinct().Count());
        foreach (var (body, sequence) in expected)
        {
            Assert.Contains((sequence, body), kept);
        }
    }

    private async Task<bool> TrySend(string body)
    {
        JsonElement answer;
        try
        {
            answer = await Speaker.Say(matchId, body, body);
        }
        catch (Exception e) when (e is not TimeoutException)
        {
            return false;
        }

        lock (gate)
        {
            answered[body] = answer.Number("sequence");
            foreach (var (_, reached) in waiting.Where(wait => wait.Count <= answered.Count))
            {
                reached.TrySetResult();
            }
        }

        return true;
    }
}
