using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace RandomChat.Load;

/// <summary>One browser, as far as the hub sees it; the client library would take a hundred times the memory.</summary>
internal sealed class Person(ClientWebSocket socket)
{
    /// <summary>A wish that anybody else's fits who has the same.</summary>
    public const string Anybody = """{"mode":"text"}""";

    /// <summary>What ends every message of the hub's protocol.</summary>
    private const char End = '\u001e';
    private readonly StringBuilder heard = new();

    public bool IsMatched { get; private set; }

    public bool IsTold { get; private set; }

    /// <summary>Ends with the connection.</summary>
    public Task Gone { get; private set; } = Task.CompletedTask;

    /// <param name="wish">What it asks the queue for; null: it only connects.</param>
    public static async Task<Person> Enter(HttpClient http, Uri address, string? wish)
    {
        using var answer = await http.PostAsJsonAsync("/api/session", new { birthYear = 1990, acceptTerms = true });
        var session = await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {session.GetProperty("token").GetString()}");
        await socket.ConnectAsync(new UriBuilder(address) { Scheme = "ws", Path = "/hubs/chat" }.Uri, default);
        var person = new Person(socket);
        await person.Say("""{"protocol":"json","version":1}""");
        person.Gone = person.Listen();
        if (wish is not null)
        {
            await person.Say($$"""{"type":1,"target":"join_queue","arguments":[{{wish}}]}""");
        }

        return person;
    }

    private Task Say(string message) => socket.SendAsync(Encoding.UTF8.GetBytes(message + End), WebSocketMessageType.Text, endOfMessage: true, default);

    private async Task Listen()
    {
        using (socket)
        {
            var buffer = new byte[4096];
            try
            {
                while (await socket.ReceiveAsync(buffer, default) is { MessageType: not WebSocketMessageType.Close } part)
                {
                    heard.Append(Encoding.UTF8.GetString(buffer, 0, part.Count));
                    Understand();
                }
            }
            catch (WebSocketException)
            {
                // The server has gone.
            }
        }
    }

    private void Understand()
    {
        var text = heard.ToString();
        IsMatched |= text.Contains("\"match_found\"", StringComparison.Ordinal);
        IsTold |= text.Contains("\"restarting\"", StringComparison.Ordinal);
        heard.Clear().Append(text[(text.LastIndexOf(End) + 1)..]);
    }
}
