using System.Buffers;
using System.Collections.Frozen;
using System.Numerics;
using System.Text;

namespace RandomChat.Infrastructure.Screening;

/// <summary>
/// A text as it is meant to be read, whatever it was written with: decomposed for compatibility (full-width and
/// mathematical letters), without marks, format and control characters, in lower case, with look-alikes of Latin letters
/// and letters that digits and signs stand for. One pass, whatever the text holds. To be disposed of.
/// </summary>
internal ref struct NormalisedText
{
    private static readonly Symbol[] Ascii = [.. Enumerable.Range(0, 128).Select(code => Classify((char)code))];
    private static readonly FrozenDictionary<int, uint> LookAlikes = ReadLookAlikes();

    private readonly Symbol[] symbols;

    private NormalisedText(Symbol[] symbols, int length)
    {
        this.symbols = symbols;
        Length = length;
    }

    public int Length { get; }

    public readonly ReadOnlySpan<Symbol> Symbols => symbols.AsSpan(0, Length);

    public static NormalisedText Of(string text)
    {
        var symbols = ArrayPool<Symbol>.Shared.Rent(Math.Min(text.Length, VisibleText.MostRunes));
        var length = 0;
        foreach (var letter in text)
        {
            if (letter >= 128)
            {
                ArrayPool<Symbol>.Shared.Return(symbols);
                return OfUnicode(text);
            }

            if (length == VisibleText.MostRunes)
            {
                break;
            }

            // Control characters are nothing, but for those that part lines and columns.
            if (letter >= ' ' || letter is '\n' or '\t' or '\r')
            {
                symbols[length++] = Ascii[letter];
            }
        }

        return new(symbols, length);
    }

    public readonly void Dispose() => ArrayPool<Symbol>.Shared.Return(symbols);

    /// <summary>The one Latin letter that a character of another script looks like, in lower case; null where it is none, or one of several.</summary>
    internal static char? LetterOf(Rune rune) =>
        LookAlikes.TryGetValue(Rune.ToLowerInvariant(rune).Value, out var letters) && BitOperations.IsPow2(letters)
            ? (char)('a' + BitOperations.TrailingZeroCount(letters))
            : null;

    private static NormalisedText OfUnicode(string text)
    {
        var seen = VisibleText.Of(text);
        var symbols = ArrayPool<Symbol>.Shared.Rent(seen.Length);
        var length = 0;
        foreach (var rune in seen.EnumerateRunes())
        {
            symbols[length++] = rune.IsAscii ? Ascii[rune.Value] : Classify(Rune.ToLowerInvariant(rune));
        }

        return new(symbols, length);
    }

    private static Symbol Classify(Rune rune)
    {
        var plain = rune.IsBmp ? (char)rune.Value : '\uFFFD';
        return LookAlikes.TryGetValue(rune.Value, out var letters) ? new(letters, SymbolKind.Letter, plain)
            : Rune.IsLetter(rune) ? new(0, SymbolKind.Foreign, plain)
            : Rune.GetNumericValue(rune) is >= 0 and <= 9 and var value && Rune.IsDigit(rune) ? Ascii['0' + (int)value]
            : new(0, SymbolKind.Gap, ' ');
    }

    private static Symbol Classify(char ascii)
    {
        static uint Of(string letters) => letters.Aggregate(0u, (bits, letter) => bits | Symbol.Bit(letter));
        var plain = char.ToLowerInvariant(ascii);
        return plain switch
        {
            >= 'a' and <= 'z' => new(Symbol.Bit(plain), SymbolKind.Letter, plain),
            '0' => new(Of("o"), SymbolKind.Digit, plain),
            '1' => new(Of("il"), SymbolKind.Digit, plain),
            '2' => new(Of("z"), SymbolKind.Digit, plain),
            '3' => new(Of("e"), SymbolKind.Digit, plain),
            '4' => new(Of("a"), SymbolKind.Digit, plain),
            '5' => new(Of("s"), SymbolKind.Digit, plain),
            '6' => new(Of("gb"), SymbolKind.Digit, plain),
            '7' => new(Of("t"), SymbolKind.Digit, plain),
            '8' => new(Of("b"), SymbolKind.Digit, plain),
            '9' => new(Of("g"), SymbolKind.Digit, plain),
            '@' => new(Of("a"), SymbolKind.Sign, plain),
            '$' => new(Of("s"), SymbolKind.Sign, plain),
            '!' or '|' => new(Of("il"), SymbolKind.Sign, plain),
            '+' => new(Of("t"), SymbolKind.Sign, plain),
            '(' => new(Of("c"), SymbolKind.Sign, plain),
            '*' or '#' => new(Symbol.AnyLetter, SymbolKind.Mask, plain),
            _ => new(0, SymbolKind.Gap, plain),
        };
    }

    private static FrozenDictionary<int, uint> ReadLookAlikes()
    {
        var known = new Dictionary<int, uint>();
        foreach (var line in ScreeningData.Lines("confusables.tsv"))
        {
            foreach (var rune in line[2..].EnumerateRunes().Select(Rune.ToLowerInvariant))
            {
                known[rune.Value] = known.GetValueOrDefault(rune.Value) | Symbol.Bit(line[0]);
            }
        }

        return known.ToFrozenDictionary();
    }
}
