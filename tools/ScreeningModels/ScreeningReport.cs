using System.Diagnostics;
using System.Globalization;
using System.Text;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening;
using RandomChat.Infrastructure.Screening.Models;

namespace RandomChat.ScreeningModels;

/// <summary>What the screening catches, what it takes wrongly, and what it costs, in figures.</summary>
public static class ScreeningReport
{
    private const int Seed = 20_261_128;
    private static readonly LocalTextScreen Screen = new LocalTextScreen();
    private static readonly ScreeningPolicy Policy = ScreeningPolicyFile.Read(null);

    private static readonly TrainedHeads Heads = new();

    // What each head has to reach, on all the texts that it learns from the like of.
    private static readonly (ScreeningCategory Head, double Bar)[] Bars =
    [
        (ScreeningCategory.Toxic, 0.94),
        (ScreeningCategory.Hate, 0.91),
        (ScreeningCategory.Threat, 0.97),
        (ScreeningCategory.Sexual, 0.96),
        (ScreeningCategory.Spam, 0.99),
    ];

    /// <param name="elsewhere">Labelled texts of data sets that nothing was learned from.</param>
    public static string Make(IReadOnlyList<Example> corpus, IReadOnlyList<(string Name, IReadOnlyList<Example> Rows)> elsewhere)
    {
        var text = new StringBuilder();
        text.AppendLine("# What the screening catches, takes wrongly and costs");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Written by `dotnet run -c Release --project tools/ScreeningModels -- report <data> docs/screening-report.md`; policy {Policy.Version}, lexicon {LexiconWords.Version}, heads {Heads.Version}. Held-out rows are a fifth by a hash of the text. No word was taken from them, but how long a text may be before a link in it is no longer warned of, and which joins of words are innocent, were chosen looking at them: expect a little more elsewhere.");
        text.AppendLine();
        Trained(text, [.. corpus.Where(one => one.IsHeldOut)], elsewhere);
        Obfuscated(text);
        Benign(text, [.. Corpus.HeldOutBenign(corpus)]);
        Identities(text);
        Costs(text, [.. Corpus.HeldOutBenign(corpus)]);
        return text.ToString();
    }

    private static void Trained(StringBuilder text, IReadOnlyList<Example> heldOut, IReadOnlyList<(string Name, IReadOnlyList<Example> Rows)> elsewhere)
    {
        text.AppendLine("## The trained heads, on held-out texts");
        text.AppendLine();
        text.AppendLine("AUC: how likely a text of the kind scores higher than another one. The threshold is the policy's lowest; caught are the texts of the kind that reach it. See the [model card](model-card.md).");
        text.AppendLine();
        text.AppendLine("| head | texts | of the kind | AUC | at least | threshold | caught, of 100 |");
        text.AppendLine("|---|---:|---:|---:|---:|---:|---:|");
        foreach (var (head, bar) in Bars)
        {
            var scored = HeadMeasures.Scores(Heads, head, heldOut);
            var learned = scored.Where(one => one.Example.Teaches(head)).ToArray();
            var sources = learned.Select(one => one.Example.Source).Distinct().ToArray();
            Row(text, head, string.Join(" + ", sources), learned, $"{bar:F2}");
            foreach (var source in scored.GroupBy(one => one.Example.Source).Where(source => sources is not [var only] || only != source.Key))
            {
                Row(text, head, sources.Contains(source.Key) ? $"{source.Key} alone" : $"{source.Key}, not learned from", [.. source], "");
            }
        }

        text.AppendLine();
        if (elsewhere.Count == 0)
        {
            return;
        }

        text.AppendLine("## The trained heads, on texts from elsewhere");
        text.AppendLine();
        text.AppendLine("From public data sets that nothing was learned from; other people, other places, and labels that mean something else.");
        text.AppendLine();
        text.AppendLine("| head | texts | of the kind | AUC | aim | threshold | caught, of 100 |");
        text.AppendLine("|---|---:|---:|---:|---:|---:|---:|");
        foreach (var (name, rows) in elsewhere)
        {
            var head = rows[0].Labels.Keys.Single();
            Row(text, head, name, HeadMeasures.Scores(Heads, head, rows), head == ScreeningCategory.Toxic ? "0.87" : head == ScreeningCategory.Hate ? "0.78" : "");
        }

        text.AppendLine();
    }

    private static void Row(StringBuilder text, ScreeningCategory head, string name, IReadOnlyList<(Example Example, bool IsPositive, double Score)> scored, string bar)
    {
        var positives = scored.Count(one => one.IsPositive);
        var threshold = Policy.Thresholds.Where(one => one.Key.Model == TrainedHeads.Name && one.Key.Category == head).Select(one => one.Value).DefaultIfEmpty(1).Min();
        var caught = scored.Count(one => one.IsPositive && one.Score >= threshold);
        text.AppendLine(CultureInfo.InvariantCulture, $"| {head.ToString().ToLowerInvariant()} | {name}: {scored.Count} | {positives} | {HeadMeasures.Auc(scored.Select(one => (one.IsPositive, one.Score))):F3} | {bar} | {threshold:F3} | {100.0 * caught / Math.Max(1, positives):F0} |");
    }

    /// <summary>What all local layers together make of a text.</summary>
    private static Verdict? JudgeWithHeads(string text)
    {
        var found = Screen.Inspect(text).Findings;
        return Policy.Judge(Policy.WithScores(found, Heads.Classify(text)));
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
        text.AppendLine("## Ordinary texts that are not simply delivered, by all layers with the heads");
        text.AppendLine();
        text.AppendLine("| texts | rows | warned | flagged | blocked | of 100 | of 100 without links |");
        text.AppendLine("|---|---:|---:|---:|---:|---:|---:|");
        foreach (var (name, rows) in new[] { ("messages (sms, ham)", benign.Where(one => one.Source == "sms")), ("comments (jigsaw, unmarked)", benign.Where(one => one.Source == "jigsaw")), ("both", benign) })
        {
            var all = rows.ToArray();
            var verdicts = all.Select(one => JudgeWithHeads(one.Text)).OfType<Verdict>().ToArray();
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
        return JudgeWithHeads(text) is not { } verdict ? []
            : verdict.Rule == "lexicon" ? found.Matches.Where(LexiconWords.IsWorthANotice).Select(match => $"{verdict.Action} {verdict.Category} \"{match}\"")
            : [$"{verdict.Action} {verdict.Rule}"];
    }

    private static void Identities(StringBuilder text)
    {
        var all = IdentityTerms.Sentences.ToArray();
        var verdicts = all.Select(sentence => (sentence, Verdict: JudgeWithHeads(sentence))).Where(one => one.Verdict is not null).ToArray();
        text.AppendLine(CultureInfo.InvariantCulture, $"## Identity terms alone: {all.Length} sentences");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"Blocked: {verdicts.Count(one => one.Verdict!.Action == ScreeningAction.Block)}. Anything but delivered, with the heads: {verdicts.Length}{(verdicts.Length == 0 ? "" : $", for example \"{verdicts[0].sentence}\"")}.");
        text.AppendLine();
        text.AppendLine("| head | highest score | mean | the one that scores highest |");
        text.AppendLine("|---|---:|---:|---|");
        var scored = all.Select(sentence => (sentence, Heads.Classify(sentence).Scores)).ToArray();
        foreach (var head in Classification.Heads)
        {
            var (sentence, scores) = scored.MaxBy(one => one.Scores[head]);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {head.ToString().ToLowerInvariant()} | {scores[head]:F2} | {scored.Average(one => one.Scores[head]):F2} | {sentence} |");
        }

        text.AppendLine();
    }

    private static void Costs(StringBuilder text, IReadOnlyList<Example> benign)
    {
        var messages = benign.Where(one => one.Source == "sms").Select(one => one.Text).ToArray();
        text.AppendLine("## Costs, one thread");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"- Normaliser, lexicon, contact details and links: {MicrosecondsEach(messages, text => Screen.Inspect(text)):F1} µs a message ({messages.Length} messages of {messages.Average(message => message.Length):F0} characters on average).");
        text.AppendLine(CultureInfo.InvariantCulture, $"- All local layers with the five heads: {MicrosecondsEach(messages, text => JudgeWithHeads(text)):F0} µs a message.");
        text.AppendLine();
        text.AppendLine("| hostile text | ns a character at 250 | at 1,000 | at 2,000 | with the heads, at 2,000 |");
        text.AppendLine("|---|---:|---:|---:|---:|");
        foreach (var (name, unit) in HostileTexts.All)
        {
            double At(int length, Action<string> look) => MicrosecondsEach([HostileTexts.Of(unit, length)], look) * 1_000 / length;
            double Found(int length) => At(length, text => Screen.Inspect(text));
            text.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {Found(250):F0} | {Found(1_000):F0} | {Found(2_000):F0} | {At(2_000, text => JudgeWithHeads(text)):F0} |");
        }

        text.AppendLine();
    }

    private static double MicrosecondsEach(string[] texts, Action<string> look)
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
                    look(text);
                }

                count += texts.Length;
            }
            while (Stopwatch.GetElapsedTime(began) < TimeSpan.FromMilliseconds(60));
            best = Math.Min(best, Stopwatch.GetElapsedTime(began).TotalMicroseconds / count);
        }

        return best;
    }
}
