using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Bots;

/// <summary>Where a captcha may be asked for.</summary>
public enum CaptchaStep
{
    Session,
    Join,
    Skip,
}

public enum CaptchaVerdict
{
    /// <summary>Solved, or not asked for.</summary>
    Passed,

    /// <summary>Asked for and not given.</summary>
    Required,

    /// <summary>Malformed, forged, expired, wrong, too cheap or spent.</summary>
    Invalid,
}

/// <summary>A proof of work that costs a person nothing and a crowd of robots a lot.</summary>
public interface ICaptcha
{
    /// <summary>Judges a step. Where nothing is asked for, a payload is neither read nor spent.</summary>
    /// <param name="suspicion">How much this caller behaves like a robot.</param>
    /// <param name="payload">The base64 JSON that ALTCHA's widget makes of the solution, or null.</param>
    CaptchaVerdict Check(CaptchaStep step, SuspicionStep suspicion, string? payload);
}

public static class CaptchaVerdicts
{
    /// <summary>The refusal of a verdict, or null where it passed.</summary>
    public static Refusal? ToRefusal(this CaptchaVerdict verdict) => verdict switch
    {
        CaptchaVerdict.Passed => null,
        CaptchaVerdict.Required => new("captcha-required", "Please solve the captcha first."),
        _ => new("captcha-invalid", "The captcha is wrong, too old or used up. Please try again."),
    };
}
