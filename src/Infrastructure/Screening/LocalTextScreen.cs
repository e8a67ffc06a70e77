using System.Buffers;
using System.Collections.Frozen;
using System.Numerics;
using RandomChat.Application.Screening;
using RandomChat.Domain.Moderation;

namespace RandomChat.Infrastructure.Screening;

/// <summary>The layers that need nothing but the text: normaliser, lexicon, contact details and links.</summary>
public sealed class LocalTextScreen : ITextScreen
{
    private const string ContactVersion = "1";

    // In a line or two a link is an invitation; in a long text it is a reference.
    private const int ShortText = 160;
    private const ulong FnvOffset = 14_695_981_039_346_656_037;
    private const ulong FnvPrime = 1_099_511_628_211;

    // Where people look things up or listen to music together; a link there leads nobody away from here.
    private static readonly FrozenSet<string> KnownHosts = new[]
    {
        "wikipedia.org", "wikimedia.org", "wiktionary.org", "youtube.com", "youtu.be", "spotify.com", "google.com", "imdb.com", "bbc.co.uk", "bbc.com",
        "nytimes.com", "github.com", "stackoverflow.com", "openstreetmap.org", "archive.org",
    }.ToFrozenSet();

    private readonly Lexicon lexicon = Lexicon.Default;

    public TextFindings Inspect(string text)
    {
        List<Finding>? findings = null;
        List<string>? matches = null;
        var hits = new List<LexiconEntry>();
        using var normalised = NormalisedText.Of(text);
        lexicon.Find(normalised.Symbols, hits);
        if (text.Contains('\u202E'))
        {
            // What is shown from right to left is read from its end.
            using var shown = NormalisedText.Of(BidiOverride.AsShown(text));
            lexicon.Find(shown.Symbols, hits);
        }

        foreach (var hit in hits)
        {
            Add(ref findings, hit.Category == ScreeningCategory.Contact
                ? new(ScreeningLayer.Contact, hit.Category, hit.Severity, 1, "contact/invitation", lexicon.Version)
                : new(ScreeningLayer.Lexicon, hit.Category, hit.Severity, 1, "lexicon", lexicon.Version));
            (matches ??= []).Add(hit.Text);
        }

        var (fingerprint, letters) = Fingerprint(normalised.Symbols);
        FindContacts(normalised.Symbols, hits, letters <= ShortText, ref findings);
        return new((IReadOnlyList<Finding>?)findings ?? [], (IReadOnlyList<string>?)matches ?? [], fingerprint, letters);
    }

    private static void FindContacts(ReadOnlySpan<Symbol> symbols, List<LexiconEntry> hits, bool isShort, ref List<Finding>? findings)
    {
        var plain = ArrayPool<char>.Shared.Rent(symbols.Length);
        try
        {
            var worthLooking = false;
            for (var at = 0; at < symbols.Length; at++)
            {
                plain[at] = symbols[at].Plain;
                worthLooking |= plain[at] is '.' or '@' or '/' || symbols[at].Kind == SymbolKind.Digit;
            }

            if (!worthLooking)
            {
                return;
            }

            var found = new List<Finding>();
            ContactFinder.Find(plain.AsSpan(0, symbols.Length), (kind, host) =>
            {
                // "@" also stands for a letter: what is an insult is no handle.
                if (kind == ContactKind.Handle && hits.Count > 0)
                {
                    return;
                }

                found.Add(host is null
                    ? new(ScreeningLayer.Contact, ScreeningCategory.Contact, Severity.Mild, 1, RuleOf(kind), ContactVersion)
                    : new(ScreeningLayer.Contact, ScreeningCategory.Link, isShort && !IsKnown(host) ? Severity.Strong : Severity.Mild, 1, RuleOf(kind), ContactVersion));
            });
            foreach (var finding in found.Distinct())
            {
                Add(ref findings, finding);
            }
        }
        finally
        {
            ArrayPool<char>.Shared.Return(plain);
        }
    }

    private static string RuleOf(ContactKind kind) => kind switch
    {
        ContactKind.Phone => "contact/phone",
        ContactKind.Email => "contact/email",
        ContactKind.Handle => "contact/handle",
        _ => "contact/link",
    };

    private static bool IsKnown(string host)
    {
        for (var rest = host; ; rest = rest[(rest.IndexOf('.', StringComparison.Ordinal) + 1)..])
        {
            if (KnownHosts.Contains(rest))
            {
                return true;
            }

            if (!rest.Contains('.', StringComparison.Ordinal))
            {
                return false;
            }
        }
    }

    /// <summary>FNV-1a over letters and digits as they are read; gaps, signs and stretches do not count.</summary>
    private static (ulong Fingerprint, int Letters) Fingerprint(ReadOnlySpan<Symbol> symbols)
    {
        var (hash, letters, last) = (FnvOffset, 0, '\0');
        foreach (var symbol in symbols)
        {
            var one = symbol.Kind switch
            {
                SymbolKind.Letter => (char)('a' + BitOperations.TrailingZeroCount(symbol.Letters)),
                SymbolKind.Digit or SymbolKind.Foreign => symbol.Plain,
                _ => '\0',
            };
            if (one != '\0' && (one != last || symbol.Kind == SymbolKind.Digit))
            {
                hash = (hash ^ one) * FnvPrime;
                letters++;
            }

            last = one == '\0' ? last : one;
        }

        return (hash, letters);
    }

    private static void Add(ref List<Finding>? findings, Finding finding)
    {
        findings ??= [];
        if (!findings.Contains(finding))
        {
            findings.Add(finding);
        }
    }
}
