using System.Diagnostics;
using System.Globalization;
using System.Text;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening;

namespace RandomChat.ScreeningModels;

/// <summary>What the screening catches, what it takes wrongly, and what it costs, in figures.</summary>
public static class ScreeningReport
{
    private const int Seed = 20_261_128;
    private static readonly LocalTextScreen Screen = new LocalTextScreen();
    private static readonly ScreeningPolicy Policy = ScreeningPolicyFile.Read(null);

    public static string Make(IReadOnlyList<Example> corpus)
    {
        var text = new StringBuilder();
        text.AppendLine("# What the screening catches, takes wrongly and costs");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Written by `dotnet run -c Release --project tools/ScreeningModels -- report <data> docs/screening-report.md`; policy {Policy.Version}, lexicon {LexiconWords.Version}. Held-out rows are a fifth by a hash of the text. No word was taken from them, but how long a text may be before a link in it is no longer warned of, and which joins of words are innocent, were chosen looking at them: expect a little more elsewhere.");
        text.AppendLine();
        Obfuscated(text);
        Benign(text, [.. Corpus.HeldOutBenign(corpus)]);
        Identities(text);
        Costs(text, [.. Corpus.HeldOutBenign(corpus)]);
        return text.ToString();
    }

    private static void Obfuscated(StringBuilder text)
    {
        var words = LexiconWords.WorthANotice;
        text.AppendLine(CultureInfo.InvariantCulture, $"## Obfuscations: each of {words.Count} words and phrases of severity 2 and 3, in a sentence");
        text.AppendLine();
        text.AppendLine("| kind | caught | of 100 | missed, for example |");
        text.AppendLine("|---|---:|---:|---|");
        foreach (var (name, write) in Obfuscations.All.Prepend(("as it is", (word, _) => word)))
        {
            var chance = new Random(Seed);
            var missed = words.Where(word => !IsCaught(word.Text, write(word.Text, chance))).Select(word => word.Text).ToArray();
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {words.Count - missed.Length} | {100.0 * (words.Count - missed.Length) / words.Count:F1} | {string.Join(", ", missed.Take(6))} |");
        }

        text.AppendLine();
    }

    private static bool IsCaught(string word, string written) =>
        LexiconWords.Holds(Screen.Inspect($"so i said {written} to them"), word);

    private static void Benign(StringBuilder text, IReadOnlyList<Example> benign)
    {
        text.AppendLine("## Ordinary texts that are not simply delivered");
        text.AppendLine();
        text.AppendLine("| texts | rows | warned | flagged | blocked | of 100 | of 100 without links |");
        text.AppendLine("|---|---:|---:|---:|---:|---:|---:|");
        foreach (var (name, rows) in new[] { ("messages (sms, ham)", benign.Where(one => one.Source == "sms")), ("comments (jigsaw, unmarked)", benign.Where(one => one.Source == "jigsaw")), ("both", benign) })
        {
            var all = rows.ToArray();
            var verdicts = all.Select(one => Policy.Judge(Screen.Inspect(one.Text).Findings)).OfType<Verdict>().ToArray();
            int Count(ScreeningAction action) => verdicts.Count(verdict => verdict.Action == action);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {all.Length} | {Count(ScreeningAction.Warn)} | {Count(ScreeningAction.Flag)} | {Count(ScreeningAction.Block)} | {100.0 * verdicts.Length / all.Length:F2} | {100.0 * verdicts.Count(verdict => verdict.Category != ScreeningCategory.Link) / all.Length:F2} |");
        }

        text.AppendLine();
        text.AppendLine("What they were taken for:");
        text.AppendLine();
        foreach (var group in benign.SelectMany(one => Rules(one.Text)).GroupBy(rule => rule).OrderByDescending(group => group.Count()).Take(40))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"- {group.Key}: {group.Count()}");
        }

        text.AppendLine();
    }

    private static IEnumerable<string> Rules(string text)
    {
        var found = Screen.Inspect(text);
        return Policy.Judge(found.Findings) is not { } verdict ? []
            : verdict.Rule == "lexicon" ? found.Matches.Where(LexiconWords.IsWorthANotice).Select(match => $"{verdict.Action} {verdict.Category} \"{match}\"")
            : [$"{verdict.Action} {verdict.Rule}"];
    }

    private static void Identities(StringBuilder text)
    {
        var all = IdentityTerms.Sentences.ToArray();
        var verdicts = all.Select(sentence => (sentence, Verdict: Policy.Judge(Screen.Inspect(sentence).Findings))).Where(one => one.Verdict is not null).ToArray();
        text.AppendLine(CultureInfo.InvariantCulture, $"## Identity terms alone: {all.Length} sentences");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Blocked: {verdicts.Count(one => one.Verdict!.Action == ScreeningAction.Block)}. Anything but delivered: {verdicts.Length}.");
        text.AppendLine();
    }

    private static void Costs(StringBuilder text, IReadOnlyList<Example> benign)
    {
        var messages = benign.Where(one => one.Source == "sms").Select(one => one.Text).ToArray();
        text.AppendLine("## Costs, one thread");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"- Normaliser, lexicon, contact details and links: {MicrosecondsEach(messages):F1} µs a message ({messages.Length} messages of {messages.Average(message => message.Length):F0} characters on average).");
        text.AppendLine();
        text.AppendLine("| hostile text | ns a character at 250 | at 1,000 | at 2,000 |");
        text.AppendLine("|---|---:|---:|---:|");
        foreach (var (name, unit) in HostileTexts.All)
        {
            double At(int length) => MicrosecondsEach([HostileTexts.Of(unit, length)]) * 1_000 / length;
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {At(250):F0} | {At(1_000):F0} | {At(2_000):F0} |");
        }

        text.AppendLine();
    }

    private static double MicrosecondsEach(string[] texts)
    {
        var best = double.MaxValue;
        for (var round = 0; round < 7; round++)
        {
            var began = Stopwatch.GetTimestamp();
            var count = 0;
            do
            {
                foreach (var text in texts)
                {
                    Screen.Inspect(text);
                }

                count += texts.Length;
            }
            while (Stopwatch.GetElapsedTime(began) < TimeSpan.FromMilliseconds(60));
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalMicroseconds / count);
        }

        return best;
    }
}
