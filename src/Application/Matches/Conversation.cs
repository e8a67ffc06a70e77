using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Realtime;
using RandomChat.Application.Screening;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Matches;

/// <summary>
/// The way of a message: screen, seal, append at the exact revision, push, answer. The owner of a live match holds its
/// sequence and revision in memory, so a message that is delivered loads no stream; a former owner's append fails at the revision.
/// </summary>
public sealed class Conversation(
    IEventStore store,
    EventCodec codec,
    ISealer sealer,
    IVisitorConnections connections,
    IMatchRegistry registry,
    MessageScreening screening,
    Verdicts verdicts,
    LaterScreening later,
    TimeProvider clock,
    IOptions<MatchOptions> options,
    ILogger<Conversation> log)
{
    /// <summary>The category of the streams of messages: most of a log, gone after a time, and of no meaning to who is paired.</summary>
    public const string Category = "messages";

    private const int Attempts = 3;

    public static StreamName StreamOf(Guid matchId) => StreamName.For(Category, matchId);

    /// <summary>The id of a message follows from what names it, so sending it again is the same message.</summary>
    public static Guid IdOf(Guid matchId, Guid visitorId, string clientMessageId) =>
        DerivedId.From("message", matchId, visitorId, clientMessageId);

    /// <summary>Sends a message, or does not where the screening blocks it; the answer comes after that is durable.</summary>
    /// <exception cref="DependencyUnavailableException">Nothing was recorded.</exception>
    public async Task<Outcome<MessageAnswer>> Send(
        LiveMatch match, Participant me, Guid messageId, string body, string? fromConnection, CancellationToken ct)
    {
        await match.Sending.WaitAsync(ct);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                await Load(match, ct);
                Settle(match);
                if (match.AnswerTo(messageId) is { } given)
                {
                    return given;
                }

                if (match.IsEnded)
                {
                    return Refusal.NotInMatch;
                }

                var message = Screened(match, me, messageId, body, fromConnection);
                if (message.Screened.Verdict is { Action: ScreeningAction.Block } blocked)
                {
                    return await Block(match, message, blocked, ct);
                }

                if (await Append(match, message) is { } answer)
                {
                    return answer;
                }

                if (attempt == Attempts)
                {
                    throw new DependencyUnavailableException("event-log");
                }
            }
        }
        finally
        {
            match.Sending.Release();
        }
    }

    /// <summary>
    /// Learns sequence, revision and answers of a match that was restored, and fences off a former owner. To be called
    /// by who holds <see cref="LiveMatch.Sending"/>.
    /// </summary>
    /// <exception cref="MatchMovedException">Another node owns the match by now: its appends are not fenced off.</exception>
    public async Task Load(LiveMatch match, CancellationToken ct)
    {
        long behindExpired = -1;
        while (!match.IsLoaded)
        {
            if (!await registry.IsOwner(match.Id, ct))
            {
                throw new MatchMovedException(match.Id);
            }

            await foreach (var recorded in store.Read(StreamName.For(Domain.Matches.Match.Decider.Category, match.Id), 0, ct))
            {
                if (codec.Decode(recorded) is MatchEvent.MessageScreened { Verdict: { Action: ScreeningAction.Block } verdict } blocked)
                {
                    match.RememberBlocked(AnswerTo(blocked.MessageId, blocked.SentAt, verdict));
                }
            }

            long epoch = 0;
            long revision = -1;
            var sequence = 0;
            await foreach (var recorded in store.Read(StreamOf(match.Id), 0, ct))
            {
                revision = recorded.Revision;
                switch (codec.Decode(recorded))
                {
                    case MessageEvent.Sent sent:
                        sequence = sent.Sequence;
                        if (match.Find(sent.From) is { } sender)
                        {
                            match.Remember(sender, new(sent.MessageId, sent.Sequence, sent.At, MessageAnswer.Delivered, null));
                        }

                        break;
                    case MessageEvent.OwnerChanged changed:
                        epoch = changed.Epoch;
                        break;
                }
            }

            if (revision < 0 && behindExpired >= 0)
            {
                // All that was said has expired. How much it was nobody knows, but the stream goes on and no number comes twice.
                (revision, sequence) = (behindExpired, (int)behindExpired + 1);
            }

            var fence = new MessageEvent.OwnerChanged(match.Id, epoch + 1, options.Value.NodeName, clock.GetUtcNow());
            var id = Guid.NewGuid();
            switch (await store.Append(StreamOf(match.Id), new(revision), [codec.Encode(id, fence, new(match.Id, match.Id, EventMetadata.System))], ct))
            {
                case AppendResult.Appended appended:
                    match.Revision = appended.Revision;
                    match.Sequence = sequence;
                    match.IsLoaded = true;
                    break;
                case AppendResult.WrongRevision wrong:
                    behindExpired = wrong.Actual;
                    break;
            }
        }
    }

    /// <summary>
    /// Looks once more for a message whose append was of unknown outcome when its match ended, so that its verdict is not
    /// lost: nobody is going to write again. To be called by who holds <see cref="LiveMatch.Sending"/>, after the end.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">The log cannot say now.</exception>
    public async Task SettleLast(LiveMatch match, CancellationToken ct)
    {
        if (match.Unsettled is not null)
        {
            try
            {
                await Load(match, ct);
                Settle(match);
            }
            catch (MatchMovedException)
            {
                // Whoever owns it by now has the message, and ends the match.
                match.Unsettled = null;
            }
        }

        match.First.OnTheWay = match.Second.OnTheWay = null;
    }

    /// <summary>The messages of a match after a sequence, oldest first, as <paramref name="reader"/> sees them; those whose key is destroyed are left out.</summary>
    public async Task<IReadOnlyList<ChatMessage>> Read(Guid matchId, Guid reader, int afterSequence, int most, CancellationToken ct)
    {
        var page = new List<ChatMessage>();
        await foreach (var sent in ReadSealed(matchId, ct))
        {
            if (sent.Sequence <= afterSequence || await sealer.OpenMessage(matchId, sent.MessageId, sent.Body, ct) is not { } body)
            {
                continue;
            }

            page.Add(new(matchId, sent.MessageId, sent.Sequence, sent.From == reader ? ChatMessage.Me : ChatMessage.Partner, body, sent.At));
            if (page.Count == most)
            {
                break;
            }
        }

        return page;
    }

    /// <summary>How many messages each side sent, counted in the log.</summary>
    public async Task<(int First, int Second)> Count(LiveMatch match)
    {
        var (first, second) = (0, 0);
        await foreach (var sent in ReadSealed(match.Id, CancellationToken.None))
        {
            (first, second) = sent.From == match.First.VisitorId ? (first + 1, second) : (first, second + 1);
        }

        return (first, second);
    }

    /// <summary>The messages of a match as they are stored, oldest first.</summary>
    public async IAsyncEnumerable<MessageEvent.Sent> ReadSealed(Guid matchId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await foreach (var recorded in store.Read(StreamOf(matchId), 0, ct))
        {
            if (codec.Decode(recorded) is MessageEvent.Sent sent)
            {
                yield return sent;
            }
        }
    }

    /// <summary>
    /// The message as it was screened: once, however often the log is tried and its sender sends it again, since what is
    /// said again counts as a habit and as part of a flood.
    /// </summary>
    private OutgoingMessage Screened(LiveMatch match, Participant me, Guid messageId, string body, string? fromConnection)
    {
        // Another text under the same id is another text to look at.
        var screened = me.OnTheWay is { } before && before.MessageId == messageId && before.Body == body
            ? before.Screened
            : screening.Screen(match, me, body);
        return me.OnTheWay = new(me, messageId, body, screened, fromConnection);
    }

    /// <summary>The answer, or null where the stream was not as expected or the outcome is unknown: load and look again.</summary>
    private async Task<MessageAnswer?> Append(LiveMatch match, OutgoingMessage message)
    {
        var now = clock.GetUtcNow();
        var sequence = match.Sequence + 1;
        var (me, messageId) = (message.Sender, message.MessageId);
        var sent = new MessageEvent.Sent(
            match.Id, messageId, sequence, me.VisitorId, sealer.SealMessage(match.Id, messageId, now, message.Body), now);
        var metadata = new EventMetadata(match.Id, messageId, EventMetadata.Visitor(me.VisitorId));
        AppendResult result;
        try
        {
            // Not cancelled with the caller: what is on its way to the log has to be known to be there or not.
            result = await store.Append(StreamOf(match.Id), new(match.Revision), [codec.Encode(messageId, sent, metadata)], CancellationToken.None);
        }
        catch (AppendOutcomeUnknownException)
        {
            match.IsLoaded = false;
            match.Unsettled = message;
            return null;
        }

        if (result is not AppendResult.Appended appended)
        {
            match.IsLoaded = false;
            return null;
        }

        match.Revision = appended.Revision;
        match.Sequence = sequence;
        var answer = new MessageAnswer(messageId, sequence, now, MessageAnswer.Delivered, null);
        match.Remember(me, answer);
        Deliver(match, message, answer);
        return answer;
    }

    /// <summary>Delivers a message whose append was of unknown outcome, where the stream says that it is there.</summary>
    private void Settle(LiveMatch match)
    {
        if (match.Unsettled is not { } message)
        {
            return;
        }

        match.Unsettled = null;
        if (match.AnswerTo(message.MessageId) is { } answer)
        {
            Deliver(match, message, answer);
        }
    }

    /// <summary>What follows once a message is in the log: the partner gets it, its verdict is recorded soon, a warned sender is told where it was sent from.</summary>
    private void Deliver(LiveMatch match, OutgoingMessage message, MessageAnswer answer)
    {
        if (answer.Sequence == 1)
        {
            SetMaxAge(match.Id);
        }

        var (me, from) = (message.Sender, message.FromConnection);
        me.OnTheWay = null;
        var seen = new ChatMessage(match.Id, answer.MessageId, answer.Sequence, ChatMessage.Partner, message.Body, answer.SentAt);
        connections.Push(match.PartnerOf(me).VisitorId, seen);
        connections.Push(me.VisitorId, seen with { From = ChatMessage.Me }, exceptConnection: from);
        later.Add(new(match, me, answer, message.Body, message.Screened.Findings, message.Screened.Verdict, from));
        if (message.Screened.Verdict is not { } verdict)
        {
            return;
        }

        verdicts.RecordSoon(match.Id, new(answer.MessageId, answer.Sequence, me.VisitorId, verdict, answer.SentAt, clock.GetUtcNow()));
        if (verdict.Action == ScreeningAction.Warn && from is not null)
        {
            connections.PushTo(from, ScreeningWords.NoticeOf(verdict));
        }
    }

    /// <summary>Only the sender learns of it: the partner gets nothing, and no sequence is missing.</summary>
    private async Task<MessageAnswer> Block(LiveMatch match, OutgoingMessage message, Verdict verdict, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var answer = AnswerTo(message.MessageId, now, verdict);
        try
        {
            match.Known = await verdicts.Record(
                match.Id, new(message.MessageId, answer.Sequence, message.Sender.VisitorId, verdict, now, now), match.Known, ct);
        }
        catch
        {
            // It may be there all the same: the next message reads what is, and whose answers these are.
            match.IsLoaded = false;
            throw;
        }

        match.RememberBlocked(answer);
        message.Sender.OnTheWay = null;
        return answer;
    }

    private static MessageAnswer AnswerTo(Guid messageId, DateTimeOffset at, Verdict blocked) =>
        new(messageId, 0, at, MessageAnswer.Blocked, ScreeningWords.ReasonOf(blocked));

    private async void SetMaxAge(Guid matchId)
    {
        try
        {
            await store.SetMaxAge(StreamOf(matchId), options.Value.MessageRetention, CancellationToken.None);
        }
        catch (Exception e)
        {
            LogMessages.MaxAgeNotSet(log, matchId, e);
        }
    }
}
