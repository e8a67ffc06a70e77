namespace RandomChat.Domain.Matches;

// ---------------------------------------------------------------------------------------------------------------
// Events of stream messages-{matchId}. Their properties are the storage format: they are only ever added to.
// The stream expires: nothing that has to outlive a message is computed from it.
// ---------------------------------------------------------------------------------------------------------------

/// <summary>What happened in a conversation.</summary>
public abstract record MessageEvent
{
    private MessageEvent()
    {
    }

    /// <summary>A message was accepted. <c>Body</c> is sealed under a key of match and hour.</summary>
    /// <param name="Sequence">From 1, without gaps.</param>
    public sealed record Sent(Guid MatchId, Guid MessageId, int Sequence, Guid From, string Body, DateTimeOffset At) : MessageEvent;

    /// <summary>A node took the match over: the fence that a former owner's appends fail at. Takes no sequence.</summary>
    public sealed record OwnerChanged(Guid MatchId, long Epoch, string Node, DateTimeOffset At) : MessageEvent;
}

/// <summary>The limits of what a message may be.</summary>
public static class MessagePolicy
{
    public const int MaximumLength = 2_000;
    public const int MaximumClientMessageIdLength = 64;

    /// <summary>The body as it will be sent: trimmed; null where it is empty or too long.</summary>
    public static string? Accept(string body)
    {
        var text = body.Trim();
        return text.Length is 0 or > MaximumLength ? null : text;
    }
}
