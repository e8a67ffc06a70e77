using System.Diagnostics;
using System.Text;

namespace RandomChat.Load.Speed;

/// <summary>The people of a run: they connect, join, meet, and then do what the scenario has them do.</summary>
internal sealed class Crowd(Subject subject) : ILineEvents, IDisposable
{
    /// <summary>How many connections are opened before the server has taken the first of them.</summary>
    private const int AtOnce = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<Someone> people = [];
    private int opened;
    private int joined;

    public Subject Server => subject;

    public Driver Driver { get; } = new();

    public IReadOnlyList<Someone> People => people;

    /// <summary>Who hears what is said in matches.</summary>
    public ITalk? Talk { get; set; }

    /// <summary>How many were told of a match; who was told of two counts twice.</summary>
    public int Matched { get; private set; }

    /// <summary>How many calls were refused.</summary>
    public int Refused { get; private set; }

    /// <summary>How many were told that the server goes away for a moment.</summary>
    public int Told { get; private set; }

    /// <summary>How many connections the server closed, which it only may where this is expected.</summary>
    public int Left { get; private set; }

    public bool MayGo { get; set; }

    /// <summary>Told of everybody whose connection the server closed.</summary>
    public Action<Line>? WhenGone { get; set; }

    /// <summary>Connects so many more people, who do nothing yet.</summary>
    public IReadOnlyList<Someone> Enter(int count)
    {
        var tokens = Driver.During(subject.Tokens(count));
        var before = people.Count;
        foreach (var token in tokens)
        {
            var line = new Line(subject.Address, token, this);
            people.Add(new(line));
            Driver.Add(line);
            if (people.Count - opened >= AtOnce)
            {
                Expect(() => people.Count - opened < AtOnce, "take a connection");
            }
        }

        Expect(() => opened == people.Count, "take every connection");
        return people[before..];
    }

    /// <summary>Has them join the queue and waits until each has a partner.</summary>
    public void Meet(IReadOnlyList<Someone> some)
    {
        var wanted = Matched + some.Count;
        foreach (var one in some)
        {
            one.Join();
        }

        Expect(() => Matched == wanted, "find everybody a partner");
    }

    /// <summary>Has them wait for somebody who is not there.</summary>
    public void Wait(IReadOnlyList<Someone> some)
    {
        var wanted = joined + some.Count;
        foreach (var one in some)
        {
            one.Wait(one.Line.Number);
        }

        Expect(() => joined == wanted, "let everybody wait");
    }

    public void Opened(Line line) => opened++;

    public void Answered(Line line, int id, ReadOnlySpan<byte> message)
    {
        if (message.IndexOf("\"error\":"u8) is var error and >= 0)
        {
            // The first says why; a thousand more say no more.
            if (Refused++ == 0)
            {
                Console.Error.WriteLine($"{subject.Name} refused: {Encoding.UTF8.GetString(message[error..])}");
            }
        }

        if (id == Someone.JoinCall)
        {
            joined++;
        }
        else
        {
            Talk?.Answered(people[line.Number], id, message);
        }
    }

    public void Heard(Line line, ReadOnlySpan<byte> name, ReadOnlySpan<byte> message)
    {
        var one = people[line.Number];
        if (name.SequenceEqual("chat_message"u8))
        {
            Talk?.Heard(one, message);
        }
        else if (name.SequenceEqual("match_found"u8))
        {
            Matched++;
            one.Meet(message.Slice(message.IndexOf("\"matchId\":\""u8) + 11, 36));
        }
        else if (name.SequenceEqual("notice"u8) && message.IndexOf("\"restarting\""u8) >= 0)
        {
            Told++;
        }
    }

    public void Gone(Line line)
    {
        Left++;
        if (!MayGo)
        {
            throw new InvalidOperationException($"{subject.Name} closed the connection of person {line.Number}.");
        }

        WhenGone?.Invoke(line);
    }

    public void Dispose() => Driver.Dispose();

    private void Expect(Func<bool> isSo, string what)
    {
        if (!Driver.Until(isSo, Patience))
        {
            throw new InvalidOperationException($"{subject.Name} did not {what} within {Patience.TotalSeconds:0} s.");
        }
    }
}

internal sealed class Someone(Line line)
{
    /// <summary>The number of the call that joins; messages count from 1.</summary>
    public const int JoinCall = 0;

    public Line Line => line;

    /// <summary>The match it was told of last, as it is written; empty where there was none.</summary>
    public byte[] MatchId { get; private set; } = [];

    /// <summary>When it was told; a time stamp of <see cref="Stopwatch"/>.</summary>
    public long MatchedAt { get; private set; }

    /// <summary>How many matches it was told of.</summary>
    public int Matches { get; private set; }

    /// <summary>What this one has said; set by the scenario that lets people talk.</summary>
    public Speaker? Speaker { get; set; }

    public void Join() => line.Send("""{"type":1,"invocationId":"0","target":"join_queue","arguments":[{"mode":"text"}]}"""u8);

    /// <param name="number">Nobody else's: who speaks a language alone meets nobody.</param>
    public void Wait(int number) => line.Send(Encoding.ASCII.GetBytes(
        $$"""{"type":1,"invocationId":"0","target":"join_queue","arguments":[{"mode":"text","language":"x-{{number}}"}]}"""));

    public void Meet(ReadOnlySpan<byte> matchId)
    {
        MatchedAt = Stopwatch.GetTimestamp();
        MatchId = matchId.ToArray();
        Matches++;
    }
}

/// <summary>What is heard in matches. The bytes are there for the time of the call.</summary>
internal interface ITalk
{
    void Answered(Someone sender, int id, ReadOnlySpan<byte> message);

    void Heard(Someone partner, ReadOnlySpan<byte> message);
}
