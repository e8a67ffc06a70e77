using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening.Models;
using RandomChat.ScreeningModels;

namespace RandomChat.Infrastructure.Tests.Screening;

/// <summary>The program that trains the heads, on texts so few that it takes a moment.</summary>
public sealed class HeadTrainerTests : IDisposable
{
    private static readonly string[] Ordinary = ["see you at the lake", "i like this song", "what a lovely day", "are you from spain", "my cat sleeps all day"];
    private static readonly string[] Unkind = ["you are an idiot", "shut up stupid", "nobody likes you loser", "what a stupid idiot", "you stupid loser"];

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("randomchat-train-");

    [Fact]
    public void The_same_texts_give_the_same_bytes_and_heads_that_learned_something()
    {
        var (one, other) = (Train("one"), Train("other"));

        Assert.Equal(one.Files, other.Files);
        Assert.Equal(one.Version, other.Version);
        var heads = new TrainedHeads(Path.Combine(folder.FullName, "one"));
        Assert.True(
            heads.Classify("stupid idiot").Scores[ScreeningCategory.Toxic] > heads.Classify("a lovely song").Scores[ScreeningCategory.Toxic]);
    }

    [Fact]
    public void Other_texts_give_another_version() =>
        Assert.NotEqual(Train("one").Version, new HeadTrainer(_ => { }).Train([.. Examples().Skip(10)], Path.Combine(folder.FullName, "two"), CancellationToken.None).Version);

    [Fact]
    public void What_EDOS_calls_a_threat_is_counted_and_not_learned()
    {
        HeadFiles With(string name, bool isThreat) => new HeadTrainer(_ => { }).Train(
            [
                .. Examples(),
                .. Ordinary.Select(text => new Example($"{text} too", "edos", new Dictionary<ScreeningCategory, bool> { [ScreeningCategory.Threat] = isThreat })),
            ],
            Path.Combine(folder.FullName, name),
            CancellationToken.None);

        Assert.Equal(With("threats", isThreat: true).Files, With("none", isThreat: false).Files);
    }

    [Fact]
    public void A_cancelled_training_leaves_no_list_behind()
    {
        using var cancel = new CancellationTokenSource();
        var into = Path.Combine(folder.FullName, "half");
        var trainer = new HeadTrainer(step =>
        {
            if (step.StartsWith("training Toxic", StringComparison.Ordinal))
            {
                cancel.Cancel();
            }
        });

        Assert.Throws<OperationCanceledException>(() => trainer.Train([.. Examples()], into, cancel.Token));
        Assert.Throws<ScreeningModelException>(() => new TrainedHeads(into));
    }

    [Theory]
    [InlineData(1.0, "0 0.1 0.2", "0.3 0.4")]
    [InlineData(0.0, "0.3 0.4", "0 0.1 0.2")]
    [InlineData(0.5, "0.5 0.5", "0.5")]
    [InlineData(0.75, "0.1 0.3", "0.2 0.4")]
    public void The_area_under_the_curve_is_how_likely_one_of_the_kind_scores_higher(double area, string others, string ofTheKind)
    {
        static IEnumerable<double> Scores(string text) => text.Split(' ').Select(one => double.Parse(one, System.Globalization.CultureInfo.InvariantCulture));

        var scored = Scores(others).Select(score => (false, score)).Concat(Scores(ofTheKind).Select(score => (true, score)));

        Assert.Equal(area, HeadMeasures.Auc(scored)!.Value, 9);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private HeadFiles Train(string name) => new HeadTrainer(_ => { }).Train([.. Examples()], Path.Combine(folder.FullName, name), CancellationToken.None);

    private static IEnumerable<Example> Examples()
    {
        for (var number = 0; number < 200; number++)
        {
            var isUnkind = number % 2 == 0;
            var text = $"{(isUnkind ? Unkind : Ordinary)[number % 5]} {number}";
            yield return new(text, "made", Classification.Heads.ToDictionary(head => head, _ => isUnkind));
        }
    }
}
