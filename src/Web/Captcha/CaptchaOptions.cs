namespace RandomChat.Web.Captcha;

public enum CaptchaMode
{
    /// <summary>At every session, and on suspicion at a join or a skip.</summary>
    Always,

    /// <summary>On suspicion only.</summary>
    Suspicious,

    Off,
}

/// <summary>Settings section <c>Captcha</c>.</summary>
public sealed class CaptchaOptions
{
    public const string Section = "Captcha";

    public CaptchaMode Mode { get; set; } = CaptchaMode.Always;

    /// <summary>Iterations of one key derivation.</summary>
    public int Cost { get; set; } = 5_000;

    /// <summary>
    /// The largest number of derivations a challenge takes; each takes at least half of it, so that nobody is very
    /// lucky or very unlucky. The defaults take a third of a second in one thread of Node on a 2020s laptop, and
    /// somewhat longer in a browser's worker.
    /// </summary>
    public int MaximumCounter { get; set; } = 500;
}
