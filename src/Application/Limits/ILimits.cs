namespace RandomChat.Application.Limits;

/// <summary>Counts what somebody does and says when it is too much.</summary>
public interface ILimits
{
    /// <summary>Takes one permit of <paramref name="limit"/> for <paramref name="key"/>, or says how long to wait for it.</summary>
    /// <param name="limit">One of <see cref="LimitNames"/>; another one is never limited.</param>
    /// <param name="key">Who is counted: a visitor's id, or an address in its keyed form, never in clear.</param>
    ValueTask<LimitDecision> Take(string limit, string key, CancellationToken ct);
}

/// <param name="RetryAfter">How long until the next permit; zero where allowed.</param>
public readonly record struct LimitDecision(bool Allowed, TimeSpan RetryAfter)
{
    public static LimitDecision Yes { get; } = new(true, TimeSpan.Zero);

    public static LimitDecision No(TimeSpan retryAfter) => new(false, retryAfter);
}

/// <summary>The limits there are: their names are their keys in the settings, below <c>Limits</c>.</summary>
public static class LimitNames
{
    /// <summary>Sessions begun, by address.</summary>
    public const string Sessions = nameof(LimitOptions.Sessions);

    /// <summary>Captcha challenges asked for, by address.</summary>
    public const string Challenges = nameof(LimitOptions.Challenges);

    /// <summary>Joins of the queue, by address.</summary>
    public const string Joins = nameof(LimitOptions.Joins);

    /// <summary>Skips, by visitor.</summary>
    public const string Skips = nameof(LimitOptions.Skips);

    /// <summary>Chat messages, by visitor.</summary>
    public const string Messages = nameof(LimitOptions.Messages);

    /// <summary>Typing indicators, by visitor.</summary>
    public const string Typing = nameof(LimitOptions.Typing);

    /// <summary>Signals of a call, choices to show the picture and reports on how it goes, by visitor.</summary>
    public const string Signals = nameof(LimitOptions.Signals);

    /// <summary>Exports of what is kept, by visitor.</summary>
    public const string Exports = nameof(LimitOptions.Exports);

    /// <summary>Reports and blocks, by visitor.</summary>
    public const string Reports = nameof(LimitOptions.Reports);

    /// <summary>Accounts made, by address.</summary>
    public const string Registrations = nameof(LimitOptions.Registrations);

    /// <summary>Tries to sign in, by address.</summary>
    public const string SignIns = nameof(LimitOptions.SignIns);

    /// <summary>Tries to sign in, by name: all that addresses were allowed.</summary>
    public const string SignInsByName = nameof(LimitOptions.SignInsByName);

    /// <summary>Codes of a second factor, by member, after the right password.</summary>
    public const string SecondFactors = nameof(LimitOptions.SecondFactors);

    /// <summary>Appeals, by address.</summary>
    public const string Appeals = nameof(LimitOptions.Appeals);
}

/// <summary>Settings section <c>Limits</c>.</summary>
public sealed class LimitOptions
{
    public const string Section = "Limits";

    /// <summary>False switches every limit off at once.</summary>
    public bool Enabled { get; set; } = true;

    public LimitRule Sessions { get; set; } = new(30, TimeSpan.FromMinutes(10), 30);

    public LimitRule Challenges { get; set; } = new(600, TimeSpan.FromMinutes(10), 300);

    public LimitRule Joins { get; set; } = new(120, TimeSpan.FromMinutes(10), 120);

    public LimitRule Skips { get; set; } = new(20, TimeSpan.FromMinutes(10), 20);

    /// <summary>A little above the promise of bursts of 10, so that a jittery network is not refused what was sent in time.</summary>
    public LimitRule Messages { get; set; } = new(60, TimeSpan.FromMinutes(1), 12);

    public LimitRule Typing { get; set; } = new(120, TimeSpan.FromMinutes(1), 30);

    /// <summary>Generous: a call trickles dozens of candidates within a second.</summary>
    public LimitRule Signals { get; set; } = new(600, TimeSpan.FromMinutes(1), 200);

    public LimitRule Reports { get; set; } = new(20, TimeSpan.FromHours(1), 10);

    public LimitRule Exports { get; set; } = new(12, TimeSpan.FromHours(1), 6);

    public LimitRule Registrations { get; set; } = new(10, TimeSpan.FromHours(1), 10);

    public LimitRule SignIns { get; set; } = new(10, TimeSpan.FromMinutes(10), 10);

    /// <summary>Far above what one address may try, so that nobody locks a name for its owner by failing.</summary>
    public LimitRule SignInsByName { get; set; } = new(100, TimeSpan.FromMinutes(10), 100);

    /// <summary>Who has the password guesses one of a million codes: few may be tried.</summary>
    public LimitRule SecondFactors { get; set; } = new(10, TimeSpan.FromMinutes(10), 10);

    public LimitRule Appeals { get; set; } = new(20, TimeSpan.FromHours(1), 10);

    /// <summary>The rules by name.</summary>
    public IReadOnlyDictionary<string, LimitRule> ByName() => new Dictionary<string, LimitRule>
    {
        [LimitNames.Sessions] = Sessions,
        [LimitNames.Challenges] = Challenges,
        [LimitNames.Joins] = Joins,
        [LimitNames.Skips] = Skips,
        [LimitNames.Messages] = Messages,
        [LimitNames.Typing] = Typing,
        [LimitNames.Signals] = Signals,
        [LimitNames.Reports] = Reports,
        [LimitNames.Exports] = Exports,
        [LimitNames.Appeals] = Appeals,
        [LimitNames.Registrations] = Registrations,
        [LimitNames.SignIns] = SignIns,
        [LimitNames.SignInsByName] = SignInsByName,
        [LimitNames.SecondFactors] = SecondFactors,
    };
}

/// <summary>So many permits a window, evenly refilled, of which so many may be taken at once.</summary>
public sealed class LimitRule
{
    public LimitRule()
    {
    }

    public LimitRule(int permits, TimeSpan window, int burst) => (Permits, Window, Burst) = (permits, window, burst);

    public bool Enabled { get; set; } = true;

    public int Permits { get; set; } = 1;

    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(1);

    public int Burst { get; set; } = 1;
}
