using System.Threading.Channels;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Screening;

/// <summary>
/// Messages that wait for a classifier, at most so many: those that something was found in and those of reported matches
/// first. Safe for several threads.
/// </summary>
internal sealed class ScreeningQueue(int capacity)
{
    private readonly Lock gate = new();
    private readonly Channel<bool> waiting = Channel.CreateUnbounded<bool>();
    private Queue<DeliveredMessage> first = new();
    private Queue<DeliveredMessage> others = new();

    /// <summary>Takes a message in. Where there is no room left, one that matters less is passed over, else this one.</summary>
    /// <returns>How many are passed over: 0 or 1.</returns>
    public int Add(DeliveredMessage message)
    {
        var goesFirst = message.Found.Any(finding => finding.Layer is ScreeningLayer.Lexicon or ScreeningLayer.Behaviour);
        lock (gate)
        {
            var isFull = first.Count + others.Count >= capacity;
            if (isFull && !(goesFirst && others.TryDequeue(out _)))
            {
                return 1;
            }

            (goesFirst ? first : others).Enqueue(message);
            if (!isFull)
            {
                waiting.Writer.TryWrite(true);
            }

            return isFull ? 1 : 0;
        }
    }

    /// <summary>The messages of a match go first from now on.</summary>
    public void Hurry(Guid matchId)
    {
        lock (gate)
        {
            var hurried = others.ToLookup(message => message.Match.Id == matchId);
            first = new(first.Concat(hurried[true]));
            others = new(hurried[false]);
        }
    }

    /// <summary>Lets go of what a visitor wrote.</summary>
    public void Forget(Guid visitorId)
    {
        lock (gate)
        {
            first = new(first.Where(message => message.Sender.VisitorId != visitorId));
            others = new(others.Where(message => message.Sender.VisitorId != visitorId));
        }
    }

    /// <summary>The next message, as soon as there is one.</summary>
    public async Task<DeliveredMessage> Take(CancellationToken ct)
    {
        while (true)
        {
            await waiting.Reader.ReadAsync(ct);
            lock (gate)
            {
                if (first.TryDequeue(out var message) || others.TryDequeue(out message))
                {
                    return message;
                }

                // What was announced is forgotten.
            }
        }
    }
}
