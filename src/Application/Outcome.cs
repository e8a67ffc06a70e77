using RandomChat.Application.Moderation;

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
/// <param name="Ban">For <c>banned</c>: what the caller may know of it.</param>
/// <param name="Case">For a <c>conflict</c> among the staff: who was first.</param>
public sealed record Refusal(
    string Code,
    string Message,
    IReadOnlyDictionary<string, string[]>? Errors = null,
    int? RetryAfterSeconds = null,
    string? Dependency = null,
    BanNotice? Ban = null,
    CaseStanding? Case = null)
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

    public static Refusal NotFound(string message) => new("not-found", message);

    /// <summary>Somebody, or only their address, is kept out.</summary>
    public static Refusal Banned(BanNotice ban) => new(
        "banned",
        ban.Until is { } until
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Access is paused until {until.UtcDateTime:d MMMM yyyy, HH:mm} UTC.")
            : "Access has ended for good.",
        Ban: ban);

    public static Refusal Unavailable(string dependency) =>
        new("unavailable", $"We cannot record anything right now ({dependency}), so nothing was done.", Dependency: dependency);
}

/// <summary>What somebody is told about a ban. Where only an address matches, nothing but its end.</summary>
/// <param name="Reason">The code of the policy that was broken.</param>
/// <param name="Until">Null for good.</param>
/// <param name="Statement">What the staff, or the rule that decided, says about it.</param>
/// <param name="AppealUrl">Where it can be seen and appealed without a session.</param>
public sealed record BanNotice(string? Reason, DateTimeOffset? Until, string? Statement, string? AppealUrl);

/// <summary>The value of a use case that answers nothing.</summary>
public readonly record struct Nothing;
