using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Bots;

/// <summary>What stands between a suspected program and the queue.</summary>
public sealed class BotCheck(Suspicion suspicion, ICaptcha captcha)
{
    /// <summary>Lets a caller into the queue, and notes that it came; else why not.</summary>
    /// <param name="solution">The proof of work, where one was asked for.</param>
    public Refusal? Enter(CaptchaStep step, Guid device, string address, string? solution)
    {
        var suspected = suspicion.StepFor(device, address);
        if (suspected >= SuspicionStep.Slowed && suspicion.WaitOf(device) is { } wait)
        {
            return Refusal.RateLimited(wait);
        }

        if (captcha.Check(step, suspected, solution).ToRefusal() is { } refusal)
        {
            return refusal;
        }

        suspicion.Joined(device, address);
        return null;
    }
}
