namespace RandomChat.Application;

/// <summary>What a use case answers: done with a value, or refused with one of the contract's codes.</summary>
public abstract record Outcome<T>
{
    private Outcome()
    {
    }

    public sealed record Done(T Value) : Outcome<T>;

    public sealed record Refused(Refusal Refusal) : Outcome<T>;

    public static implicit operator Outcome<T>(T value) => new Done(value);

    public static implicit operator Outcome<T>(Refusal refusal) => new Refused(refusal);
}

/// <summary>A refusal that a client can act on.</summary>
/// <param name="Code">A code of the contract, e.g. <c>not-in-match</c>.</param>
/// <param name="Message">A sentence for people; no secret, nobody else's data.</param>
/// <param name="Errors">For <c>invalid</c>: what is wrong, by field in camelCase.</param>
/// <param name="RetryAfterSeconds">For <c>rate-limited</c>.</param>
/// <param name="Dependency">For <c>unavailable</c>: what does not answer.</param>
public sealed record Refusal(
    string Code,
    string Message,
    IReadOnlyDictionary<string, string[]>? Errors = null,
    int? RetryAfterSeconds = null,
    string? Dependency = null)
{
    public static Refusal Invalid(string field, string message) =>
        new("invalid", message, new Dictionary<string, string[]> { [field] = [message] });

    public static Refusal NotInMatch { get; } = new("not-in-match", "You are not in this chat.");

    public static Refusal Conflict(string message) => new("conflict", message);

    public static Refusal RateLimited(TimeSpan retryAfter)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(retryAfter.TotalSeconds));
        return new("rate-limited", $"That was quick. Try again in {seconds} s.", RetryAfterSeconds: seconds);
    }

    public static Refusal Unavailable(string dependency) =>
        new("unavailable", $"We cannot record anything right now ({dependency}), so nothing was done.", Dependency: dependency);
}

/// <summary>The value of a use case that answers nothing.</summary>
public readonly record struct Nothing;
