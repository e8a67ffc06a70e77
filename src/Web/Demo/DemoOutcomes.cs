using RandomChat.Application;

namespace RandomChat.Web.Demo;

internal static class DemoOutcomes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);

    /// <exception cref="DemoException">It was refused: what the demo does and what the server allows do not fit together.</exception>
    public static T OrFail<T>(this Outcome<T> outcome) => outcome switch
    {
        Outcome<T>.Done { Value: var value } => value,
        Outcome<T>.Refused { Refusal: var refusal } => throw new DemoException($"The demo was refused something ({refusal.Code}): {refusal.Message}"),
        _ => throw new InvalidOperationException("No such answer."),
    };

    /// <summary>Waits for what the server does beside its answers.</summary>
    /// <exception cref="DemoException">It does not come.</exception>
    public static async Task Until(Func<Task<bool>> isSo, string what, TimeProvider clock, CancellationToken ct)
    {
        for (var since = clock.GetTimestamp(); !await isSo();)
        {
            if (clock.GetElapsedTime(since) > Patience)
            {
                throw new DemoException($"The demo waited in vain for {what}.");
            }

            await Task.Delay(BetweenLooks, clock, ct);
        }
    }
}
