using RandomChat.Domain.Moderation;
using RandomChat.Engines;
using RandomChat.Infrastructure.Screening;
using RandomChat.Infrastructure.Screening.Models;
using RandomChat.ScreeningModels;

namespace RandomChat.Infrastructure.Tests.Screening;

/// <summary>The committed heads, as every program loads them.</summary>
public sealed class TrainedHeadsTests : IDisposable
{
    private static readonly TrainedHeads Heads = new();
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("randomchat-heads-");

    [Theory]
    [InlineData(ScreeningCategory.Toxic, "you are a stupid pathetic idiot and nobody likes you", "you are right and i like your idea")]
    [InlineData(ScreeningCategory.Hate, "all immigrants are filthy vermin and should be sent back", "all my friends are going to the beach and will be back")]
    [InlineData(ScreeningCategory.Threat, "i will find you and kill you and your family", "i will find you a seat and call your family")]
    [InlineData(ScreeningCategory.Sexual, "suck my dick you fucking whore", "meet my dog you will love him")]
    [InlineData(ScreeningCategory.Spam, "URGENT! you have won a 1000 cash prize, call now to claim, txt STOP to end", "are you coming home for dinner tonight?")]
    public async Task A_head_scores_its_kind_of_text_above_an_ordinary_one(ScreeningCategory head, string kind, string ordinary)
    {
        var (high, low) = (await Heads.Classify(kind, CancellationToken.None), await Heads.Classify(ordinary, CancellationToken.None));

        Assert.True(high.Scores[head] > low.Scores[head] + 0.2, $"{high.Scores[head]} beside {low.Scores[head]}");
        Assert.All(high.Scores.Concat(low.Scores), score => Assert.InRange(score.Value, 0, 1));
        Assert.Equal(Classification.Heads, high.Scores.Keys);
    }

    [Fact]
    public void Who_somebody_is_leads_to_nothing()
    {
        var (screen, policy) = (new LocalTextScreen(), ScreeningPolicyFile.Read(null));

        Assert.All(IdentityTerms.Sentences, sentence =>
        {
            var found = screen.Inspect(sentence).Findings;
            Assert.Null(policy.Judge(policy.WithScores(found, Heads.Classify(sentence))));
        });
    }

    [Theory]
    [InlineData("what the fuck")]
    [InlineData("this is fucking great")]
    [InlineData("i fucked up my exam")]
    [InlineData("i want to kill this boss level")]
    [InlineData("i hate mondays")]
    public void Swearing_alone_and_figures_of_speech_lead_to_nothing(string text)
    {
        var found = new LocalTextScreen().Inspect(text).Findings;
        var policy = ScreeningPolicyFile.Read(null);

        Assert.Null(policy.Judge(policy.WithScores(found, Heads.Classify(text))));
    }

    [Fact]
    public void Their_version_is_the_one_that_is_listed_with_them()
    {
        var listed = HeadFiles.Read(Path.Combine(AppContext.BaseDirectory, HeadFiles.DefaultFolder));

        Assert.Equal((TrainedHeads.Name, listed.Version), (Heads.Classify("hello").Model, Heads.Classify("hello").Version));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n ")]
    [InlineData("\uD800")]
    [InlineData("🤷🏽‍♀️ \u202E olleh")]
    public void Any_text_has_scores(string text) => Assert.All(Heads.Classify(text).Scores, score => Assert.InRange(score.Value, 0, 1));

    [Fact]
    public void A_text_scores_the_same_on_many_threads_at_once()
    {
        string[] texts = [.. Enumerable.Range(0, 200).Select(number => $"you are number {number} and an idiot, see you at {number % 12} pm")];
        var alone = texts.Select(text => Heads.Classify(text).Scores[ScreeningCategory.Toxic]).ToArray();
        var together = new double[texts.Length];

        Parallel.For(0, texts.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, at => together[at] = Heads.Classify(texts[at]).Scores[ScreeningCategory.Toxic]);

        Assert.Equal(alone, together);
    }

    [Fact]
    public void A_word_written_past_a_filter_scores_as_high_as_the_word()
    {
        var (plain, spaced) = (Heads.Classify("you are a retard").Scores, Heads.Classify("you are a r e t a r d").Scores);

        Assert.True(spaced[ScreeningCategory.Toxic] > plain[ScreeningCategory.Toxic] / 2, $"{spaced[ScreeningCategory.Toxic]} beside {plain[ScreeningCategory.Toxic]}");
        Assert.Equal(plain, Heads.Classify("you are a rеtаrd").Scores);
    }

    [Fact]
    public async Task The_first_answer_comes_when_the_models_are_loaded_and_the_next_at_once()
    {
        var heads = new TrainedHeads();

        var first = heads.Classify("hello", CancellationToken.None);

        Assert.False(first.IsCompleted);
        await first;
        Assert.True(heads.Classify("hello", CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Who_no_longer_waits_is_given_nothing() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Heads.Classify("hello", new CancellationToken(canceled: true)));

    [Theory]
    [InlineData("features.zip")]
    [InlineData("spam.zip")]
    public void A_damaged_file_is_told_before_anything_is_scored(string name)
    {
        CopyOfTheFolder();
        var bytes = File.ReadAllBytes(PathOf(name));
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(PathOf(name), bytes);

        Assert.Contains($"{name} is damaged", Assert.Throws<ScreeningModelException>(() => new TrainedHeads(folder.FullName)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("toxic.zip")]
    [InlineData("heads.json")]
    public void A_missing_file_is_told_with_the_folder(string name)
    {
        CopyOfTheFolder();
        File.Delete(PathOf(name));

        var told = Assert.Throws<ScreeningModelException>(() => new TrainedHeads(folder.FullName)).Message;

        Assert.Contains(name, told, StringComparison.Ordinal);
        Assert.Contains(folder.FullName, told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_that_is_none_is_told()
    {
        CopyOfTheFolder();
        File.WriteAllText(PathOf("heads.json"), "{}");

        Assert.Throws<ScreeningModelException>(() => new TrainedHeads(folder.FullName));
    }

    [Fact]
    public void A_file_of_another_kind_that_is_listed_is_told_when_it_is_loaded()
    {
        CopyOfTheFolder();
        File.Copy(PathOf("features.zip"), PathOf("hate.zip"), overwrite: true);
        HeadFiles.Write(folder.FullName);

        Assert.Contains("hate.zip", Assert.Throws<ScreeningModelException>(() => new TrainedHeads(folder.FullName).Classify("hello")).Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Delete(recursive: true);

    private string PathOf(string name) => Path.Combine(folder.FullName, name);

    private void CopyOfTheFolder() => Folders.CopyFiles(Path.Combine(AppContext.BaseDirectory, HeadFiles.DefaultFolder), folder.FullName);
}
