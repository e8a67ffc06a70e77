namespace RandomChat.Web.Captcha;

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

    /// <summary>Malformed, forged, expired, wrong or spent.</summary>
    Invalid,
}

/// <summary>A proof of work that costs a person nothing and a crowd of robots a lot.</summary>
public interface ICaptcha
{
    Challenge NewChallenge();

    /// <summary>Judges a step. Where nothing is asked for, a payload is neither read nor spent.</summary>
    /// <param name="suspected">Whether this caller behaves like a robot.</param>
    /// <param name="payload">The base64 JSON that ALTCHA's widget makes of the solution, or null.</param>
    CaptchaVerdict Check(CaptchaStep step, bool suspected, string? payload);
}
