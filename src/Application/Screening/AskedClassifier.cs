using Microsoft.Extensions.Logging;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Screening;

/// <summary>
/// A classifier as it is asked about delivered messages: waited for so long and no longer, and told of in the log once when
/// it falls silent, until it answers again. Safe for several threads.
/// </summary>
/// <param name="name">What the log calls it.</param>
internal sealed class AskedClassifier(string name, ITextClassifier classifier, TimeProvider clock, ILogger log)
{
    private bool isSilent;

    /// <returns>Null: there was no answer.</returns>
    /// <exception cref="OperationCanceledException">The caller wants none any more.</exception>
    public async Task<Classification?> Ask(string text, CancellationToken ct)
    {
        using var asking = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            var classification = await classifier.Classify(text, asking.Token).WaitAsync(LaterScreening.Patience, clock, ct);
            Volatile.Write(ref isSilent, false);
            return classification;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            await asking.CancelAsync();
            if (!Interlocked.Exchange(ref isSilent, true))
            {
                LogMessages.NoClassification(log, name, e);
            }

            return null;
        }
    }
}
