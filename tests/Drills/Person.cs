using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace RandomChat.Drills;

/// <summary>
/// Somebody who meets people, talks, goes on to the next and comes back whenever the connection breaks, at whichever node
/// answers, as a page does. A message without an answer is sent again under its old id.
/// </summary>
internal sealed class Person(int number, int seed, IReadOnlyList<Uri> doors, double messagesASecond, Witness witness, Func<bool> isCalm) : IDisposable
{
    private const int ShortestTalk = 15;
    private const int LongestTalk = 45;

    /// <summary>Of nine letters at most, with the spaces between them fewer than 2,000 characters.</summary>
    private const int LongestWords = 180;

    private static readonly string[] Words =
        ["apple", "river", "morning", "bicycle", "garden", "window", "lantern", "paper", "mountain", "kitchen", "summer", "violin", "bread", "harbour", "cloud"];

    private readonly Random random = new(HashCode.Combine(seed, number));
    private readonly HttpClient http = new(new SocketsHttpHandler { UseCookies = false, PooledConnectionLifetime = TimeSpan.FromSeconds(10) })
    {
        Timeout = TimeSpan.FromSeconds(20),
    };

    private (string Token, string Id)? session;
    private Talk? talk;
    private bool isWaiting;
    private bool acceptsAny;
    private int moves;
    private int said;
    private Line? line;

    /// <summary>When something last went well: a match was found or a message answered. A time stamp of <see cref="Stopwatch"/>.</summary>
    public long Progress { get; private set; } = Stopwatch.GetTimestamp();

    public string State => line is null ? "trying to connect" : talk is not null ? $"in the match {talk.MatchId}" : isWaiting ? "waiting" : "about to join";

    /// <summary>Where it connects; the next one after each that did not answer.</summary>
    private Uri Door => doors[(number + moves) % doors.Count];

    /// <summary>Until the drill is over; then the last message is answered and the match ended.</summary>
    public async Task Live(CancellationToken over)
    {
        while (!over.IsCancellationRequested || talk?.Unanswered is not null)
        {
            try
            {
                session ??= await Enter();
                await using var opened = await Line.Open(Door, session.Value.Token);
                line = opened;
                await Stay(opened, over);
                if (over.IsCancellationRequested && talk is { Unanswered: null })
                {
                    await Call("end_session", new { matchId = talk.MatchId });
                }
            }
            catch (UnreachableException gone)
            {
                witness.Count($"broken off: {gone.Message}");
                moves++;
                await Task.Delay(random.Next(200, 800), CancellationToken.None);
            }
            catch (RefusedException refused)
            {
                witness.Breach($"Person {number} was refused: {refused.Code}: {refused.Message}");
                (session, talk, isWaiting) = (null, null, false);
            }
            finally
            {
                line = null;
            }
        }
    }

    public void Dispose() => http.Dispose();

    private async Task Stay(Line opened, CancellationToken over)
    {
        if (talk is { } before)
        {
            before.IsUnbroken = false;
            before.Pushed.Clear();
            before.LastPushed = 0;
        }

        await Resume();
        while (!over.IsCancellationRequested || talk?.Unanswered is not null)
        {
            if (talk is null && !isWaiting)
            {
                await Join();
            }

            var patience = talk is null ? TimeSpan.FromSeconds(1) : talk.NextAct - talk.Clock.Elapsed;
            if (await opened.Next(patience > TimeSpan.Zero ? patience : TimeSpan.Zero) is var (name, data))
            {
                Take(name, data);
            }
            else if (talk is not null && talk.Clock.Elapsed >= talk.NextAct)
            {
                await Act(opened, over);
            }

            if (session is null)
            {
                return;
            }
        }
    }

    private async Task Act(Line opened, CancellationToken over)
    {
        if (talk!.Unanswered is null && talk.Clock.Elapsed > talk.Lasts && !over.IsCancellationRequested)
        {
            await Leave(opened);
        }
        else
        {
            await Say(opened);
        }
    }

    private void Take(string name, JsonElement data)
    {
        switch (name)
        {
            case "match_found":
                Meet(data.Text("matchId"), unbroken: true);
                break;
            case "chat_message" when talk is not null && data.Text("matchId") == talk.MatchId && data.Text("from") == "partner":
                var (sequence, id) = (data.GetProperty("sequence").GetInt32(), data.Text("messageId"));
                if (!talk.Pushed.Add(id))
                {
                    witness.Breach($"The message {id} of the match {talk.MatchId} was pushed twice over one connection.");
                }
                else if (sequence < talk.LastPushed)
                {
                    witness.Breach($"In the match {talk.MatchId} the message {sequence} was pushed after {talk.LastPushed}.");
                }

                talk.LastPushed = Math.Max(talk.LastPushed, sequence);
                Hear(data);
                break;
            case "end_session" when talk is not null && data.Text("matchId") == talk.MatchId:
                witness.Count($"matches ended for a partner: {data.Text("reason")}");
                (talk, isWaiting) = (null, false);
                break;
            case "match_timeout":
                (acceptsAny, isWaiting) = (true, false);
                break;
            case "notice":
                witness.Count($"notices: {data.Text("code")}");
                break;
            case "banned":
                witness.Count("banned by the rules, for reports");
                (session, talk, isWaiting) = (null, null, false);
                break;
        }
    }

    private void Meet(string matchId, bool unbroken)
    {
        if (talk is not null && talk.MatchId != matchId && talk.IsUnbroken && isCalm())
        {
            witness.Breach($"Person {number} was given the match {matchId} while in the match {talk.MatchId}.");
        }

        if (talk?.MatchId != matchId)
        {
            talk = new(matchId, TimeSpan.FromSeconds(random.Next(ShortestTalk, LongestTalk))) { IsUnbroken = unbroken };
            Pause();
            witness.Count("matches found, once for each side");
        }

        (isWaiting, acceptsAny) = (false, false);
        Progress = Stopwatch.GetTimestamp();
    }

    private void Hear(JsonElement message)
    {
        var sequence = message.GetProperty("sequence").GetInt32();
        talk!.Known.Add(sequence);
        witness.Reached(talk.MatchId, message.Text("messageId"), sequence, message.Text("body"));
    }

    private async Task Join()
    {
        try
        {
            var answer = await Call("join_queue", new { mode = "text", acceptAny = acceptsAny });

            // A match was found already: its event is on the way.
            isWaiting = answer.Text("state") is "waiting" or "matched";
        }
        catch (RefusedException refused) when (refused.Code is "conflict")
        {
            await Resume();
        }
        catch (RefusedException refused)
        {
            await Bear(refused, "join_queue");
        }
    }

    /// <summary>What the server thinks that this visitor is in, and what was said meanwhile.</summary>
    private async Task Resume()
    {
        try
        {
            var answer = await Call("resume", new { });
            if (answer.TryGetProperty("match", out var match) && match.ValueKind == JsonValueKind.Object)
            {
                Meet(match.Text("matchId"), unbroken: false);
                await Fetch();
            }
            else
            {
                talk = null;
            }

            // A place in the queue is kept by itself; asking again never loses it.
            isWaiting = false;
        }
        catch (RefusedException refused)
        {
            await Bear(refused, "resume");
        }
    }

    /// <summary>All messages after those that are known without a gap; gives the ids of the partner's that were not known.</summary>
    private async Task<IReadOnlyList<string>> Fetch()
    {
        var fetched = new List<string>();
        for (var after = talk!.Whole; ;)
        {
            var page = await Call("resume", new { matchId = talk.MatchId, afterSequence = after });
            var messages = page.GetProperty("messages").EnumerateArray().ToArray();
            if (messages.Length == 0)
            {
                return fetched;
            }

            foreach (var message in messages)
            {
                var sequence = message.GetProperty("sequence").GetInt32();
                if (sequence != after + 1)
                {
                    witness.Breach($"In the match {talk.MatchId} the message {after + 1} is missing before {sequence}.");
                }

                after = sequence;
                if (message.Text("from") == "me")
                {
                    talk.Known.Add(sequence);
                }
                else if (!talk.Known.Contains(sequence))
                {
                    fetched.Add(message.Text("messageId"));
                    Hear(message);
                }
            }
        }
    }

    private async Task Say(Line opened)
    {
        var (client, body) = talk!.Unanswered ??= (Guid.NewGuid().ToString("N"), Sentence());
        try
        {
            var answer = await Call("chat_message", new { matchId = talk.MatchId, body, clientMessageId = client });
            talk.Unanswered = null;
            if (answer.Text("status") != "delivered")
            {
                witness.Breach($"A harmless text was not delivered: '{body}', {answer.GetRawText()}.");
                return;
            }

            var sequence = answer.GetProperty("sequence").GetInt32();
            talk.Known.Add(sequence);
            witness.Answered(new(talk.MatchId, answer.Text("messageId"), client, session!.Value.Id, sequence, body));
            Progress = Stopwatch.GetTimestamp();
        }
        catch (RefusedException refused) when (refused.Code is "not-in-match")
        {
            // It ended; the word of it is on the way.
            var (ended, unbroken, calm) = (talk, talk.IsUnbroken, isCalm());
            ended.Unanswered = null;
            for (var since = Stopwatch.StartNew(); ReferenceEquals(talk, ended) && since.Elapsed < TimeSpan.FromSeconds(5);)
            {
                if (await opened.Next(TimeSpan.FromSeconds(1)) is var (name, data))
                {
                    Take(name, data);
                }
            }

            if (ReferenceEquals(talk, ended))
            {
                witness.Count("ends that had to be asked for");
                if (unbroken && calm)
                {
                    witness.Breach($"Person {number} was never told that the match {ended.MatchId} ended.");
                }

                talk = null;
                await Resume();
            }
        }
        catch (RefusedException refused)
        {
            await Bear(refused, "chat_message");
        }
        finally
        {
            Pause();
        }
    }

    private async Task Leave(Line opened)
    {
        var (match, unbroken, calm) = (talk!, talk!.IsUnbroken, isCalm());
        if (await Missed(opened, match) is { Count: > 0 } missed)
        {
            witness.Count("messages that had to be fetched");
            if (unbroken && calm && isCalm())
            {
                witness.Breach($"In the match {match.MatchId} person {number} was not told of {string.Join(", ", missed)}.");
            }
        }

        if (!ReferenceEquals(talk, match))
        {
            return;
        }

        switch (random.Next(100))
        {
            case < 55:
                await Go("skip", match);
                break;
            case < 80:
                await Go("end_session", match);
                break;
            case < 86:
                witness.Count("left without a word, for good");
                (session, talk, isWaiting) = (null, null, false);
                break;
            case < 91:
                witness.Count("left without a word, for a while");
                line = null;
                await opened.DisposeAsync();
                await Task.Delay(TimeSpan.FromSeconds(random.Next(3, 20)));
                throw new UnreachableException("Away.");
            case < 96:
                await Post(HttpMethod.Post, "/api/report", new { matchId = match.MatchId, reason = "spam", comment = "a drill" });
                break;
            default:
                await Post(HttpMethod.Delete, "/api/me", null);
                (session, talk, isWaiting) = (null, null, false);
                break;
        }
    }

    /// <summary>What was not pushed, and is not within two more seconds.</summary>
    private async Task<IReadOnlyList<string>> Missed(Line opened, Talk match)
    {
        try
        {
            var fetched = await Fetch();
            for (var since = Stopwatch.StartNew(); fetched.Count > 0 && ReferenceEquals(talk, match) && since.Elapsed < TimeSpan.FromSeconds(2);)
            {
                if (await opened.Next(TimeSpan.FromMilliseconds(200)) is var (name, data))
                {
                    Take(name, data);
                }
            }

            return ReferenceEquals(talk, match) ? [.. fetched.Where(id => !match.Pushed.Contains(id))] : [];
        }
        catch (RefusedException refused)
        {
            await Bear(refused, "resume");
            return [];
        }
    }

    private async Task Go(string method, Talk match)
    {
        // Leaving is never refused; what follows may be.
        (talk, isWaiting) = (null, false);
        try
        {
            var answer = await Call(method, new { matchId = match.MatchId });
            witness.Count($"matches left: {method}");
            isWaiting = method == "skip" && answer.Text("state") is "waiting" or "matched";
        }
        catch (RefusedException refused) when (method == "skip")
        {
            await Bear(refused, method);
        }
        catch (RefusedException refused)
        {
            witness.Breach($"{method} was refused: {refused.Code}: {refused.Message}");
        }
    }

    private Task<JsonElement> Call(string method, object argument) => (line ?? throw new UnreachableException("Away.")).Call(method, argument);

    /// <summary>A refusal that an outage or a limit explains is borne with; every other is a breach.</summary>
    private async Task Bear(RefusedException refused, string method)
    {
        witness.Count($"refused: {refused.Code}");
        if (refused.Code is not ("unavailable" or "rate-limited" or "not-in-match" or "conflict"))
        {
            witness.Breach($"{method} of person {number} was refused: {refused.Code}: {refused.Message}");
        }

        await Task.Delay(refused.Wait + TimeSpan.FromMilliseconds(random.Next(300, 1_000)));
    }

    private async Task<(string Token, string Id)> Enter()
    {
        using var answer = await Ask(HttpMethod.Post, "/api/session", new { birthYear = 1990, acceptTerms = true, displayName = $"Person {number}" }, null);
        var body = await Read(answer);
        witness.Count("sessions");
        return (body.Text("token"), body.Text("visitorId"));
    }

    /// <summary>Until it is answered.</summary>
    private async Task Post(HttpMethod method, string path, object? body)
    {
        for (var attempt = 0; attempt < 50; attempt++)
        {
            try
            {
                using var answer = await Ask(method, path, body, session!.Value.Token);

                // Whoever is erased has no session to ask again with: the attempt before was the one, and its answer was lost.
                var isErased = attempt > 0 && method == HttpMethod.Delete && answer.StatusCode is HttpStatusCode.Unauthorized;
                if (answer.IsSuccessStatusCode || answer.StatusCode is HttpStatusCode.Conflict || isErased)
                {
                    witness.Count($"{method} {path}");
                    return;
                }

                await Read(answer);
            }
            catch (UnreachableException)
            {
                moves++;
                await Task.Delay(random.Next(300, 1_000));
            }
        }
    }

    private async Task<HttpResponseMessage> Ask(HttpMethod method, string path, object? body, string? token)
    {
        using var request = new HttpRequestMessage(method, new Uri(Door, path)) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        try
        {
            return await http.SendAsync(request);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            throw new UnreachableException($"{path} was not answered.", e);
        }
    }

    private async Task<JsonElement> Read(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.IsSuccessStatusCode)
        {
            return JsonSerializer.Deserialize<JsonElement>(text);
        }

        var path = answer.RequestMessage!.RequestUri!.AbsolutePath;
        if (answer.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests))
        {
            witness.Breach($"{path} answered {(int)answer.StatusCode}: {text}");
        }

        throw new UnreachableException($"{path} answered {(int)answer.StatusCode}: {Detail(text)}");
    }

    /// <summary>What a refusal says; of a proxy's page nothing.</summary>
    private static string? Detail(string text) => text.StartsWith('{') && JsonDocument.Parse(text).RootElement.TryGetProperty("detail", out var detail) ? detail.GetString() : null;

    /// <summary>Short, as people write, and now and then as long as a message may be.</summary>
    private string Sentence() => string.Join(' ', Enumerable.Range(0, random.Next(20) == 0 ? LongestWords : random.Next(2, 12)).Select(_ => Word()).Append($"{++said % 1_000}"));

    private string Word() => Words[random.Next(Words.Length)];

    private void Pause()
    {
        if (talk is not null)
        {
            talk.NextAct = talk.Clock.Elapsed + TimeSpan.FromSeconds((0.5 + random.NextDouble()) / messagesASecond);
        }
    }

    /// <summary>One match, as this side knows it.</summary>
    private sealed class Talk(string matchId, TimeSpan lasts)
    {
        public string MatchId => matchId;

        public TimeSpan Lasts => lasts;

        public Stopwatch Clock { get; } = Stopwatch.StartNew();

        public TimeSpan NextAct { get; set; }

        /// <summary>Whether one connection saw all of it from the beginning.</summary>
        public bool IsUnbroken { get; set; }

        public (string Client, string Body)? Unanswered { get; set; }

        /// <summary>The ids that were pushed over the connection of now.</summary>
        public HashSet<string> Pushed { get; } = [];

        public int LastPushed { get; set; }

        public HashSet<int> Known { get; } = [];

        /// <summary>The last of those that are known without a gap.</summary>
        public int Whole
        {
            get
            {
                var whole = 0;
                while (Known.Contains(whole + 1))
                {
                    whole++;
                }

                return whole;
            }
        }
    }
}

internal static class JsonText
{
    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
