namespace RandomChat.Domain.Moderation;

/// <summary>Somebody of the staff opened the evidence of a case.</summary>
public readonly record struct CaseLook(Guid CaseId, DateTimeOffset At);

/// <summary>How much somebody looked at, and whether they should look away for a while.</summary>
/// <param name="Cases">Different ones that day.</param>
/// <param name="Looks">How often they opened evidence that day.</param>
/// <param name="InARow">Different cases since their last pause.</param>
/// <param name="Without">For how long they have gone on without one.</param>
public sealed record LookedAt(int Cases, int Looks, int InARow, TimeSpan Without);

/// <summary>When whoever reads what hurts is told to pause: nobody has to, and nothing is locked.</summary>
public static class PausePolicy
{
    /// <summary>Who opened nothing for so long has paused.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(10);

    /// <summary>After so long without a pause one is due, however few cases it was.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(50);

    /// <summary>After how many cases in a row a pause can be wished for; the first one where nothing was chosen.</summary>
    public static IReadOnlyList<int> Choices { get; } = [20, 10, 30, 50];

    /// <param name="looks">Of one day and person, in any order.</param>
    public static LookedAt Count(IReadOnlyCollection<CaseLook> looks, DateTimeOffset now)
    {
        var (since, run) = (now, new HashSet<Guid>());
        foreach (var look in looks.OrderByDescending(look => look.At).TakeWhile(look => since - look.At < Pause && Earlier(look.At)))
        {
            run.Add(look.CaseId);
        }

        return new(looks.Select(look => look.CaseId).Distinct().Count(), looks.Count, run.Count, now - since);

        bool Earlier(DateTimeOffset at)
        {
            since = at;
            return true;
        }
    }

    /// <param name="every">After so many cases in a row.</param>
    public static bool IsDue(LookedAt looked, int every) => looked.InARow >= every || looked.Without >= Longest;
}
