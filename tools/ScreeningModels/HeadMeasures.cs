using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening.Models;

namespace RandomChat.ScreeningModels;

/// <summary>How well the heads tell one kind of text from the other.</summary>
public static class HeadMeasures
{
    /// <summary>How many of 10,000 ordinary texts a head may take wrongly.</summary>
    public const int TakenWrongly = 2;

    /// <summary>
    /// The area under the ROC curve: how likely a positive text scores higher than another one; equal scores count half.
    /// Null where one of both kinds is missing.
    /// </summary>
    public static double? Auc(IEnumerable<(bool IsPositive, double Score)> scored)
    {
        var (rank, ranks, positives) = (0.0, 0.0, 0);
        foreach (var same in scored.GroupBy(one => one.Score).OrderBy(group => group.Key).Select(group => group.ToArray()))
        {
            var count = same.Count(one => one.IsPositive);
            ranks += count * (rank + ((same.Length + 1) / 2.0));
            rank += same.Length;
            positives += count;
        }

        var others = rank - positives;
        return positives == 0 || others == 0 ? null : (ranks - (positives * (positives + 1) / 2.0)) / (positives * others);
    }

    /// <summary>What a head makes of texts that are labelled for it.</summary>
    public static IReadOnlyList<(Example Example, bool IsPositive, double Score)> Scores(
        TrainedHeads heads, ScreeningCategory head, IEnumerable<Example> examples) =>
        [.. examples.Where(one => one.Labels.ContainsKey(head)).Select(one => (one, one.Labels[head], heads.Classify(one.Text).Scores[head]))];

    /// <summary>
    /// For each head the lowest score, in thousandths, that no more than a few ordinary texts of the fifth for thresholds
    /// reach, and no sentence that only says who somebody is.
    /// </summary>
    public static IEnumerable<(ScreeningCategory Head, double Score)> Thresholds(TrainedHeads heads, IEnumerable<Example> corpus)
    {
        var scores = Corpus.Benign(corpus).Where(one => one.Fifth == 1).Select(one => heads.Classify(one.Text).Scores).ToArray();
        var identities = IdentityTerms.Sentences.Select(sentence => heads.Classify(sentence).Scores).ToArray();
        return Classification.Heads.Select(head =>
        {
            var falling = scores.Select(one => one[head]).OrderDescending().ToArray();
            var first = falling[Math.Min(falling.Length - 1, falling.Length * TakenWrongly / 10_000)];
            var highest = Math.Max(first, identities.Max(one => one[head]));
            return (head, Math.Min(1, (Math.Floor(highest * 1_000) + 1) / 1_000));
        });
    }
}
