using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening;
using RandomChat.Infrastructure.Screening.Models;
using RandomChat.ScreeningModels;

namespace RandomChat.Infrastructure.Tests.Screening;

/// <summary>
/// The committed threat head on lines as people write them in a chat, written before any of them was scored: what it learned
/// from are longer comments.
/// </summary>
public sealed class ThreatHeadTests
{
    private static readonly string[] Threats =
    [
        "i know where you live and i will kill you",
        "im going to kill you",
        "i'll find you and slit your throat",
        "ill come to your house tonight and beat you",
        "i will murder your whole family",
        "if i see you again i'll break your legs",
        "i'm gonna shoot you in the face",
        "you're dead, i'm coming for you",
        "i hope someone stabs you, or i will do it myself",
        "tell anyone and i will hurt your sister",
        "i have your ip, i will come and get you",
        "im gonna rape you bitch",
        "i'm bringing a gun to school tomorrow and you die first",
        "you will die tonight",
        "i swear i will burn your house down",
        "we will hunt you down and hang you",
        "i'm going to punch you in the face when i find you",
        "i am going to stab you",
        "send me pics or i will kill your dog",
        "i'll put a bullet in your head",
    ];

    private static readonly string[] Harmless =
    [
        "this game is killing me",
        "i want to kill this boss level",
        "i'm dying of laughter",
        "that joke killed me",
        "my phone is dead",
        "i could kill for a pizza right now",
        "my mum will kill me if i'm late",
        "i shot some great photos today",
        "i will find you a seat",
        "i'm coming to your city next week",
        "we beat them 3 to 1 last night",
        "she stabbed the steak with a fork",
        "my feet are killing me",
        "i'd die for a coffee",
        "he died in the first season",
        "are you going to the shooting range?",
        "i killed it at the interview",
        "that beat slaps, total banger",
        "i have to shoot, talk later",
        "where do you live?",
        "i will hit you up later",
        "what a killer outfit",
        "i'm dead lol",
        "the battery dies so fast",
        "do you want to watch a horror movie",
        "who would win in a fight, a bear or a shark?",
        "my grandfather was killed in the war",
        "i was hit by a car last year",
        "i am afraid he will hurt me",
        "he said he would kill me and i don't know what to do",
    ];

    private static readonly TrainedHeads Heads = new();
    private static readonly LocalTextScreen Screen = new();
    private static readonly ScreeningPolicy Policy = ScreeningPolicyFile.Read(null);

    [Fact]
    public void Threats_score_above_what_only_sounds_like_one()
    {
        var scored = Threats.Select(text => (true, Score(text))).Concat(Harmless.Select(text => (false, Score(text))));

        Assert.InRange(HeadMeasures.Auc(scored)!.Value, 0.92, 1);
    }

    [Fact]
    public void People_look_at_half_of_the_threats_and_at_nothing_that_only_sounds_like_one()
    {
        Assert.InRange(Threats.Count(text => Judge(text) is { Category: ScreeningCategory.Threat, Action: >= ScreeningAction.Flag }), Threats.Length / 2, Threats.Length);
        Assert.DoesNotContain(Harmless, text => Judge(text) is not null);
    }

    private static double Score(string text) => Heads.Classify(text).Scores[ScreeningCategory.Threat];

    private static Verdict? Judge(string text) => Policy.Judge(Policy.WithScores(Screen.Inspect(text).Findings, Heads.Classify(text)));
}
