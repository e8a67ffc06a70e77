using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Bots;

/// <summary>What stands between a suspected program and the queue.</summary>
public sealed class BotCheck(Suspicion suspicion, SuspectCases cases, ICaptcha captcha)
{
    /// <summary>Lets a caller into the queue, and notes that it came; else why not.</summary>
    /// <param name="solution">The proof of work, where one was asked for.</param>
    public Refusal? Enter(CaptchaStep step, Guid visitor, Guid device, string address, string? solution)
    {
        // Beside the answer: people look at it in their own time.
        _ = cases.Consider(visitor, device);
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
