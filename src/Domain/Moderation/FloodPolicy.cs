namespace RandomChat.Domain.Moderation;

/// <summary>
/// How much one side of a match may say in a short while: more than people type or paste, less than the limit on messages
/// lets through. One text, however long it is and of however few letters, is never a flood.
/// </summary>
public static class FloodPolicy
{
    /// <summary>Within this long.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    /// <summary>The limit on messages lets 42 through; people who send every word by itself reach 20 at times.</summary>
    public const int MostMessages = 25;

    /// <summary>Five of the longest messages; who types fast writes 400.</summary>
    public const int MostCharacters = 10_000;

    /// <param name="messages">Within the window, this one included.</param>
    /// <param name="characters">Of these messages together, in UTF-16 code units.</param>
    public static bool IsFlood(int messages, int characters) => messages > MostMessages || characters > MostCharacters;
}
