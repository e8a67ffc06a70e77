using System.Buffers.Text;
using System.Diagnostics;

namespace RandomChat.Load.Speed;

/// <summary>
/// Messages on their way. One has arrived when its sender has the answer and the partner has the message; both name its
/// sequence, by which they are brought together, in whichever order they come.
/// </summary>
internal sealed class Talk : ITalk
{
    /// <summary>How many messages of one match can be on their way.</summary>
    private const int Most = 1024;

    private readonly byte[] buffer = new byte[512];
    private uint text;

    /// <summary>Everybody has to have a partner.</summary>
    public Talk(Crowd crowd)
    {
        crowd.Talk = this;
        foreach (var pair in crowd.People.GroupBy(one => Convert.ToHexString(one.MatchId)))
        {
            var arrivals = new Arrival[Most];
            foreach (var one in pair)
            {
                one.Speaker = new(new long[Most], arrivals);
            }
        }
    }

    /// <summary>Called when a message has arrived, or was refused, which is no arrival.</summary>
    public Action<Someone>? Over { get; set; }

    /// <summary>From when on times are kept: of messages whose moment to be sent was after it. A time stamp of <see cref="Stopwatch"/>.</summary>
    public long From { get; set; } = long.MaxValue;

    public int Sent { get; private set; }

    public int Arrived { get; private set; }

    /// <summary>Blocked ones, too.</summary>
    public int Refused { get; private set; }

    public int OnTheirWay => Sent - Arrived - Refused;

    /// <summary>From the moment to send to the answer.</summary>
    public Times Answers { get; } = new();

    /// <summary>From the moment to send to the partner.</summary>
    public Times Deliveries { get; } = new();

    /// <summary>How late this program itself was: from the moment to send until it did.</summary>
    public Times Lateness { get; } = new();

    /// <param name="intended">When it was to be sent, however late it is; a time stamp of <see cref="Stopwatch"/>.</param>
    public void Send(Someone one, long intended)
    {
        var speaker = one.Speaker!;
        var id = speaker.Begin(intended);
        var length = Copy("{\"type\":1,\"invocationId\":\""u8, 0);
        length = Number(id, length);
        length = Copy("\",\"target\":\"chat_message\",\"arguments\":[{\"matchId\":\""u8, length);
        length = Copy(one.MatchId, length);
        length = Copy("\",\"clientMessageId\":\""u8, length);
        length = Number(id, length);
        length = Copy("\",\"body\":\""u8, length);
        length = Copy(Texts.Next(ref text), length);
        length = Copy("\"}]}"u8, length);
        Sent++;
        if (intended >= From)
        {
            Lateness.Add(Stopwatch.GetTimestamp() - intended);
        }

        one.Line.Send(buffer.AsSpan(0, length));
    }

    public void Answered(Someone sender, int id, ReadOnlySpan<byte> message)
    {
        var sequence = Sequence(message);
        if (sequence <= 0)
        {
            Refused++;
            Over?.Invoke(sender);
            return;
        }

        ref var arrival = ref sender.Speaker!.Arrivals[sequence % Most];
        (arrival.Sender, arrival.Intended, arrival.Answered) = (sender, sender.Speaker.Intended(id), Stopwatch.GetTimestamp());
        Finish(ref arrival);
    }

    public void Heard(Someone partner, ReadOnlySpan<byte> message)
    {
        ref var arrival = ref partner.Speaker!.Arrivals[Sequence(message) % Most];
        if (arrival.Heard != 0)
        {
            throw new InvalidOperationException("A message was pushed twice.");
        }

        arrival.Heard = Stopwatch.GetTimestamp();
        Finish(ref arrival);
    }

    private void Finish(ref Arrival arrival)
    {
        if (arrival.Answered == 0 || arrival.Heard == 0)
        {
            return;
        }

        if (arrival.Intended >= From)
        {
            Answers.Add(arrival.Answered - arrival.Intended);
            Deliveries.Add(arrival.Heard - arrival.Intended);
        }

        var sender = arrival.Sender!;
        arrival = default;
        Arrived++;
        Over?.Invoke(sender);
    }

    /// <returns>-1 where none is named.</returns>
    private static int Sequence(ReadOnlySpan<byte> message)
    {
        var name = "\"sequence\":"u8;
        return message.IndexOf(name) is var at and >= 0 && Utf8Parser.TryParse(message[(at + name.Length)..], out int sequence, out _) ? sequence : -1;
    }

    private int Copy(ReadOnlySpan<byte> part, int at)
    {
        part.CopyTo(buffer.AsSpan(at));
        return at + part.Length;
    }

    private int Number(int number, int at) =>
        Utf8Formatter.TryFormat(number, buffer.AsSpan(at), out var written) ? at + written : throw new UnreachableException();
}

/// <summary>What one side of a match has sent.</summary>
/// <param name="Moments">When its messages were to be sent.</param>
/// <param name="Arrivals">Of both sides, by sequence.</param>
internal sealed record Speaker(long[] Moments, Arrival[] Arrivals)
{
    private int last;

    public int Begin(long intended)
    {
        Moments[++last % Moments.Length] = intended;
        return last;
    }

    public long Intended(int id) => last - id < Moments.Length
        ? Moments[id % Moments.Length]
        : throw new InvalidOperationException("The server is a thousand messages behind in one match.");
}

/// <summary>A message as far as it has arrived. Times are time stamps of <see cref="Stopwatch"/>, 0 where it has not.</summary>
internal struct Arrival
{
    public Someone? Sender;
    public long Intended;
    public long Answered;
    public long Heard;
}
