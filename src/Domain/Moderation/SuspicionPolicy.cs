namespace RandomChat.Domain.Moderation;

/// <summary>What programs do again and again, and people hardly ever.</summary>
public enum BotHabit
{
    /// <summary>Opens connections in bursts.</summary>
    Bursts,

    /// <summary>Joins and leaves at once, to see who is there.</summary>
    Probes,

    /// <summary>Leaves one match after the other after the same time, without a word.</summary>
    Metronome,

    /// <summary>Tells many partners the same way to somewhere else, before anything else.</summary>
    Advertises,

    /// <summary>Tells many partners the same several sentences.</summary>
    Recites,

    /// <summary>Says more in a short while than anybody types.</summary>
    Floods,
}

/// <summary>What a suspicion leads to, each on top of the one before. Nobody is ever shut out in silence.</summary>
public enum SuspicionStep
{
    None,

    /// <summary>The proof of work costs more.</summary>
    DearerProof,

    /// <summary>A join or a skip asks for a proof again.</summary>
    AskedAgain,

    /// <summary>Joins have to wait.</summary>
    Slowed,

    /// <summary>People look at it.</summary>
    Case,
}

/// <summary>
/// How much each habit weighs, how that fades, and what it leads to. One habit seen once raises a cost that people do
/// not notice; only what is seen again and again goes further.
/// </summary>
public static class SuspicionPolicy
{
    /// <summary>After this long a suspicion is half of what it was.</summary>
    public static readonly TimeSpan HalfLife = TimeSpan.FromMinutes(30);

    /// <summary>How many times the work a suspected one's proof takes.</summary>
    public const int DearerBy = 4;

    /// <summary>How long somebody who is slowed waits between joins.</summary>
    public static readonly TimeSpan SlowedTo = TimeSpan.FromSeconds(15);

    public static double WeightOf(BotHabit habit) => habit switch
    {
        BotHabit.Bursts => 2.5,
        BotHabit.Probes => 3,
        BotHabit.Metronome => 3,
        BotHabit.Advertises => 4,
        BotHabit.Recites => 3,
        BotHabit.Floods => 1.5,
        _ => 0,
    };

    /// <summary>A score after some time has passed.</summary>
    public static double Faded(double score, TimeSpan passed) =>
        passed <= TimeSpan.Zero ? score : score * Math.Pow(0.5, passed / HalfLife);

    public static SuspicionStep StepOf(double score) => score switch
    {
        < 2 => SuspicionStep.None,
        < 4 => SuspicionStep.DearerProof,
        < 9 => SuspicionStep.AskedAgain,
        < 16 => SuspicionStep.Slowed,
        _ => SuspicionStep.Case,
    };
}
