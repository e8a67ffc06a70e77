using System.Collections.Concurrent;

namespace RandomChat.Drills;

/// <summary>A message that a server said it has.</summary>
/// <param name="Sender">The visitor's id.</param>
/// <param name="Sequence">Its place among the messages of its match, from 1.</param>
internal sealed record Acknowledged(string MatchId, string MessageId, string ClientMessageId, string Sender, int Sequence, string Body);

/// <summary>What all people saw and what they may rely on. Whatever breaks a promise is kept as a breach.</summary>
internal sealed class Witness
{
    private readonly ConcurrentDictionary<string, Acknowledged> acknowledged = new();
    private readonly ConcurrentDictionary<(string Match, string Client), string> clients = new();
    private readonly ConcurrentDictionary<(string Match, int Sequence), string> places = new();
    private readonly ConcurrentDictionary<string, (string Match, int Sequence, string Body)> heard = new();
    private readonly ConcurrentQueue<string> breaches = new();
    private readonly ConcurrentDictionary<string, int> counts = new();

    public IReadOnlyCollection<string> Breaches => breaches;

    /// <summary>By message id.</summary>
    public IReadOnlyDictionary<string, Acknowledged> Messages => acknowledged;

    /// <summary>What the partners were told, by message id.</summary>
    public IReadOnlyDictionary<string, (string Match, int Sequence, string Body)> Heard => heard;

    public IEnumerable<(string What, int Times)> Counts => counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value));

    public void Count(string what) => counts.AddOrUpdate(what, 1, (_, before) => before + 1);

    /// <summary>Told at once, and again at the end.</summary>
    public void Breach(string what)
    {
        breaches.Enqueue(what);
        Console.WriteLine($"BREACH {what}");
    }

    /// <summary>Somebody's message was answered as delivered.</summary>
    public void Answered(Acknowledged message)
    {
        Count("messages acknowledged");
        if (!acknowledged.TryAdd(message.MessageId, message) && acknowledged[message.MessageId] != message)
        {
            Breach($"The message {message.MessageId} of the match {message.MatchId} was acknowledged twice, and not with the same answer.");
        }

        if (clients.GetOrAdd((message.MatchId, message.ClientMessageId), message.MessageId) is var first && first != message.MessageId)
        {
            Breach($"What was sent as {message.ClientMessageId} in the match {message.MatchId} is there twice: as {first} and as {message.MessageId}.");
        }

        Place(message.MatchId, message.Sequence, message.MessageId);
        Compare(message.MessageId);
    }

    /// <summary>Somebody's message reached the partner, pushed or fetched.</summary>
    public void Reached(string match, string messageId, int sequence, string body)
    {
        if (heard.TryAdd(messageId, (match, sequence, body)))
        {
            Count("messages heard");
        }
        else if (heard[messageId] != (match, sequence, body))
        {
            Breach($"The message {messageId} of the match {match} was heard twice, and not as the same.");
        }

        Place(match, sequence, messageId);
        Compare(messageId);
    }

    private void Place(string match, int sequence, string messageId)
    {
        if (places.GetOrAdd((match, sequence), messageId) is var first && first != messageId)
        {
            Breach($"Two messages of the match {match} have the sequence {sequence}: {first} and {messageId}.");
        }
    }

    private void Compare(string messageId)
    {
        if (acknowledged.TryGetValue(messageId, out var said) && heard.TryGetValue(messageId, out var listened)
            && (said.MatchId, said.Sequence, said.Body) != listened)
        {
            Breach($"The message {messageId} of the match {said.MatchId} was not heard as it was said.");
        }
    }
}
