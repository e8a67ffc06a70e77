namespace RandomChat.Infrastructure.Screening;

/// <summary>One character of a normalised text, as it may be read.</summary>
/// <param name="Letters">The Latin letters that it may stand for, a bit each from <c>a</c>; 0 where none.</param>
/// <param name="Plain">As the fingerprint and the search for addresses see it: lower case, without marks.</param>
internal readonly record struct Symbol(uint Letters, SymbolKind Kind, char Plain)
{
    public const uint AnyLetter = (1u << 26) - 1;

    public static uint Bit(char letter) => 1u << (letter - 'a');

    /// <summary>Whether a word may begin before it or end there although something is read on.</summary>
    public bool MayBePunctuation => Kind is SymbolKind.Gap or SymbolKind.Sign or SymbolKind.Mask;
}

internal enum SymbolKind : byte
{
    /// <summary>Between words.</summary>
    Gap,

    /// <summary>A letter, or a character that looks like one.</summary>
    Letter,

    /// <summary>A digit, which may stand for a letter.</summary>
    Digit,

    /// <summary>A sign that may stand for a letter, and may be punctuation.</summary>
    Sign,

    /// <summary>An asterisk or a hash, which may hide a letter.</summary>
    Mask,

    /// <summary>A letter of another script that looks like no Latin one.</summary>
    Foreign,
}
