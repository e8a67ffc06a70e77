using System.Numerics;
using RandomChat.Domain.Moderation;

namespace RandomChat.Infrastructure.Screening;

/// <summary>
/// The words that something is thought of, as a trie, and how they are found in a normalised text: at the borders of
/// words, stretched, with letters left to digits, signs and asterisks, spaced out, or split over two words. The search
/// follows all readings at once, so its time for a character is bounded whatever the text holds.
/// </summary>
internal sealed class Lexicon
{
    private const string File = "lexicon.tsv";
    private const int MostReadings = 64;

    // Longer stretches and wider gaps are no word any more.
    private const int MostStalled = 24;
    private readonly Node[] nodes;
    private readonly HashSet<(string Letters, ulong Gaps)> innocent = [];

    [ThreadStatic]
    private static Search? search;

    private Lexicon(IEnumerable<string> lines)
    {
        var root = new Branch();
        foreach (var columns in lines.Select(line => line.Split('\t')))
        {
            if (columns is [var fine, "fine", ..])
            {
                innocent.Add(LexiconEntry.Split(fine));
                continue;
            }

            var entry = LexiconEntry.Of(columns[0], Enum.Parse<ScreeningCategory>(columns[1], ignoreCase: true), Enum.Parse<Severity>(columns[2], ignoreCase: true));
            Entries.Add(entry);
            root.Add(entry.Letters, entry);

            // Several of what is worth a notice are as bad as one.
            if (entry.Severity >= Severity.Strong && entry.Gaps == 0 && !entry.Letters.EndsWith('s'))
            {
                root.Add(entry.Letters + "s", entry);
                root.Add(entry.Letters + "z", entry);
            }
        }

        nodes = root.Flatten();
    }

    /// <summary>The lexicon of this version of the program.</summary>
    public static Lexicon Default { get; } = new(ScreeningData.Lines(File));

    public string Version { get; } = ScreeningData.VersionOf(File);

    public List<LexiconEntry> Entries { get; } = [];

    /// <summary>The entries that a text holds, added to those of <paramref name="hits"/>, each once.</summary>
    /// <returns>How many readings were followed, each over one symbol: what the search costs.</returns>
    public long Find(ReadOnlySpan<Symbol> text, List<LexiconEntry> hits)
    {
        var readings = search ??= new();
        var followed = 0L;
        for (var start = 0; start < text.Length; start++)
        {
            if (text[start].Kind != SymbolKind.Mask && nodes[0].Children(text[start].Letters) != 0 && IsStart(text, start))
            {
                followed += Find(text, start, readings);
                AddWithoutTheWorseOfMasked(readings.Found, hits);
            }
        }

        return followed;
    }

    /// <summary>Follows the readings of one start, and notes in <see cref="Search.Found"/> each entry with each of its ends.</summary>
    private long Find(ReadOnlySpan<Symbol> text, int start, Search readings)
    {
        var followed = 0L;
        readings.Begin(nodes.Length);
        readings.Add(default);
        for (var at = start; readings.Advance(); at++)
        {
            var isBorder = at >= text.Length || (at > start && IsEnd(text, at));
            var symbol = at < text.Length ? text[at] : default;
            followed += readings.Current.Length;
            foreach (var reading in readings.Current)
            {
                if (isBorder && nodes[reading.Node].Entry is { } entry && Accepts(entry, reading))
                {
                    readings.Found.Add(new(entry, at, reading.Masks));
                }

                if (at < text.Length)
                {
                    Read(symbol, reading, readings);
                }
            }

            if (at >= text.Length)
            {
                break;
            }
        }

        return followed;
    }

    /// <summary>All ways to read on by one symbol.</summary>
    private void Read(Symbol symbol, in Reading reading, Search readings)
    {
        if (symbol.Kind is SymbolKind.Gap or SymbolKind.Sign or SymbolKind.Mask && reading.Depth > 0)
        {
            // A gap after a gap is the same gap. What may be punctuation may part words.
            readings.Add(reading.AfterGap());
        }

        if (reading.Depth > 0 && symbol.Kind != SymbolKind.Mask && (symbol.Letters & Symbol.Bit(nodes[reading.Node].Letter)) != 0)
        {
            readings.Add(reading.Stretched());
        }

        ref readonly var node = ref nodes[reading.Node];
        for (var open = node.Children(symbol.Letters); open != 0; open &= open - 1)
        {
            readings.Add(reading.On(node.Child(BitOperations.TrailingZeroCount(open)), symbol.Kind));
        }
    }

    private bool Accepts(LexiconEntry entry, in Reading reading)
    {
        // An asterisk hides what is between, never the first or the last letter, and never most of a word.
        if (reading.Masks > 0 && (reading.LastIsMask || reading.Masks * 2 > reading.Depth + 2))
        {
            return false;
        }

        // Digits alone are numbers.
        if (reading.Literal < 2 && !(reading.Literal == 1 && reading.Depth >= 6))
        {
            return false;
        }

        var extra = reading.Gaps & ~entry.Gaps & ~(1ul << (reading.Depth - 1));
        if (extra == 0)
        {
            return true;
        }

        var isNoticed = entry.Severity >= Severity.Strong || entry.Gaps != 0;
        return LongestBrokenPart(reading, entry) switch
        {
            1 => reading.Depth > 3 || isNoticed,
            2 when BitOperations.PopCount(extra) > 1 => isNoticed && reading.Depth > 5,
            _ => isNoticed && BitOperations.PopCount(extra) == 1 && !innocent.Contains((entry.Letters, extra)),
        };
    }

    /// <summary>The most letters in a row of a word that is written with gaps; words of a phrase that are whole do not count.</summary>
    private static int LongestBrokenPart(in Reading reading, LexiconEntry entry)
    {
        var (longest, start) = (0, 0);
        for (var letter = 0; letter < reading.Depth; letter++)
        {
            var isLast = letter == reading.Depth - 1;
            if (!isLast && (reading.Gaps & (1ul << letter)) == 0)
            {
                continue;
            }

            var endsWord = isLast || (entry.Gaps & (1ul << letter)) != 0;
            var beginsWord = start == 0 || (entry.Gaps & (1ul << (start - 1))) != 0;
            if (!(beginsWord && endsWord))
            {
                longest = Math.Max(longest, letter - start + 1);
            }

            start = letter + 1;
        }

        return longest;
    }

    /// <summary>
    /// Of what an asterisk may hide the milder is taken: <c>s**t</c> is hardly ever the worse one. Of that place alone: the
    /// worse one may stand in the open elsewhere.
    /// </summary>
    private static void AddWithoutTheWorseOfMasked(List<LexiconHit> found, List<LexiconEntry> hits)
    {
        foreach (var hit in found)
        {
            if (!hits.Contains(hit.Entry)
                && !(hit.Masks > 1 && found.Exists(other => other.End == hit.End && other.Entry.Severity < hit.Entry.Severity)))
            {
                hits.Add(hit.Entry);
            }
        }
    }

    /// <summary>Whether a word may begin here: after a gap, or after digits and signs that began one.</summary>
    private static bool IsStart(ReadOnlySpan<Symbol> text, int at)
    {
        if (at == 0 || text[at - 1].MayBePunctuation)
        {
            return true;
        }

        // As many as a year has; more are looked at no further, so that a long number costs no more than a short one.
        for (var before = at - 1; text[before].Kind == SymbolKind.Digit && at - before <= 4; before--)
        {
            if (before == 0 || text[before - 1].MayBePunctuation)
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsEnd(ReadOnlySpan<Symbol> text, int at)
    {
        for (var after = at; after - at <= 4; after++)
        {
            if (after == text.Length || text[after].MayBePunctuation)
            {
                return true;
            }

            if (text[after].Kind != SymbolKind.Digit)
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>A letter of the trie; its children lie side by side, in the order of their letters.</summary>
    private readonly struct Node(char letter, uint open, int first, LexiconEntry? entry)
    {
        public char Letter => letter;

        public LexiconEntry? Entry => entry;

        public uint Children(uint letters) => open & letters;

        public int Child(int letter) => first + BitOperations.PopCount(open & ((1u << letter) - 1));
    }

    private sealed class Branch
    {
        private readonly SortedDictionary<char, Branch> children = [];
        private LexiconEntry? entry;

        public void Add(string letters, LexiconEntry added)
        {
            var branch = this;
            foreach (var letter in letters)
            {
                if (!branch.children.TryGetValue(letter, out var next))
                {
                    branch.children[letter] = next = new();
                }

                branch = next;
            }

            // A phrase and a word may have the same letters; a word's own entry goes before the plural of another.
            if (branch.entry is null || branch.entry.Letters != letters || branch.entry.Severity < added.Severity)
            {
                branch.entry = added;
            }
        }

        /// <summary>By breadth, so that the children of a node lie side by side.</summary>
        public Node[] Flatten()
        {
            var order = new List<(char Letter, Branch Branch)> { ('\0', this) };
            for (var at = 0; at < order.Count; at++)
            {
                order.AddRange(order[at].Branch.children.Select(child => (child.Key, child.Value)));
            }

            var flat = new Node[order.Count];
            var next = 1;
            for (var at = 0; at < order.Count; at++)
            {
                var (letter, branch) = order[at];
                flat[at] = new(letter, branch.children.Keys.Aggregate(0u, (open, one) => open | Symbol.Bit(one)), next, branch.entry);
                next += branch.children.Count;
            }

            return flat;
        }
    }

    /// <summary>One way to read what was passed so far as the beginning of a word.</summary>
    private readonly record struct Reading(
        int Node, byte Depth, byte Literal, byte Masks, byte Stalled, ulong Gaps, bool LastIsMask)
    {
        public Reading On(int child, SymbolKind kind)
        {
            var isMask = kind == SymbolKind.Mask;
            return new(
                child, (byte)(Depth + 1), (byte)(Literal + (kind == SymbolKind.Letter ? 1 : 0)), (byte)(Masks + (isMask ? 1 : 0)),
                Stalled: 0, Gaps, isMask);
        }

        /// <summary>A letter once more is still that letter.</summary>
        public Reading Stretched() => this with { Stalled = (byte)(Stalled + 1) };

        public Reading AfterGap() => this with { Gaps = Gaps | (1ul << (Depth - 1)), Stalled = (byte)(Stalled + 1) };
    }

    /// <summary>The readings of one start: those that are followed now, and those of the next symbol, one a node.</summary>
    private sealed class Search
    {
        private Reading[] current = new Reading[MostReadings];
        private Reading[] next = new Reading[MostReadings];
        private int[] stamps = [];
        private int stamp;
        private int count;
        private int nextCount;

        /// <summary>What was found at this start.</summary>
        public List<LexiconHit> Found { get; } = [];

        public ReadOnlySpan<Reading> Current => current.AsSpan(0, count);

        public void Begin(int nodeCount)
        {
            if (stamps.Length != nodeCount)
            {
                stamps = new int[nodeCount];
            }

            nextCount = 0;
            stamp++;
            Found.Clear();
        }

        public void Add(in Reading reading)
        {
            if (nextCount < MostReadings && reading.Stalled <= MostStalled && stamps[reading.Node] != stamp)
            {
                stamps[reading.Node] = stamp;
                next[nextCount++] = reading;
            }
        }

        /// <summary>Goes to the next symbol; false where nothing is left to follow.</summary>
        public bool Advance()
        {
            (current, next) = (next, current);
            (count, nextCount) = (nextCount, 0);
            stamp++;
            return count > 0;
        }
    }
}

/// <summary>An entry that was found at a start.</summary>
/// <param name="End">The symbol after it.</param>
/// <param name="Masks">How many of its letters are hidden.</param>
internal readonly record struct LexiconHit(LexiconEntry Entry, int End, int Masks);
