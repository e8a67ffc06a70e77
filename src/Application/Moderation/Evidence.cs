using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Screening;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>What a report seals: what was written, what the screening said of it, and what was known of both. Part of the storage format.</summary>
/// <param name="Messages">The last messages of the match, oldest first.</param>
/// <param name="Verdicts">Of the whole match, oldest first; null in what was sealed before there were any.</param>
/// <param name="Reported">The one who is reported; null in what was sealed before it was collected.</param>
/// <param name="Reporter">The same of whoever reports; null where nobody did.</param>
public sealed record Evidence(
    Guid MatchId, DateTimeOffset TakenAt, IReadOnlyList<EvidenceMessage> Messages, IReadOnlyList<EvidenceVerdict>? Verdicts = null,
    EvidenceHistory? Reported = null, EvidenceHistory? Reporter = null);

public sealed record EvidenceMessage(Guid MessageId, int Sequence, Guid From, string Body, DateTimeOffset SentAt);

/// <param name="Sequence">0 where the message was not delivered; its text is kept nowhere then.</param>
public sealed record EvidenceVerdict(Guid MessageId, int Sequence, Guid From, Verdict Verdict, DateTimeOffset SentAt);

/// <summary>What had happened to a visitor before, in short.</summary>
/// <param name="Reports">How often they were reported.</param>
/// <param name="Warnings">Those that were not taken back.</param>
/// <param name="Bans">The same of bans.</param>
/// <param name="Strikes">That counted then.</param>
public sealed record EvidenceHistory(int Reports, int Warnings, int Bans, int Strikes);

/// <summary>What of evidence stands in an event.</summary>
/// <param name="CaseKey">Of the key under which it is sealed; of one report or flag alone, so that each lives for the whole retention.</param>
/// <param name="Text">Sealed.</param>
/// <param name="Hash">SHA-256 over its canonical JSON, lower-case hex.</param>
/// <param name="Messages">How many are in it.</param>
public sealed record SealedEvidence(string CaseKey, string Text, string Hash, int Messages);

/// <summary>Collects and seals the evidence of a report or a flag, as far as its keys exist.</summary>
public sealed class EvidenceCollector(IEventStore store, EventCodec codec, Conversation conversation, Verdicts verdicts, CommandExecutor executor, ISealer sealer)
{
    /// <param name="reporter">Null where nobody reported it.</param>
    /// <param name="reported">Whose history is that of the reported one.</param>
    /// <exception cref="DependencyUnavailableException">Some of it cannot be read now.</exception>
    public async Task<Evidence> Collect(Guid matchId, Guid? reporter, Guid reported, DateTimeOffset now, CancellationToken ct) => new(
        matchId, now, await Messages(matchId, ct), await Screened(matchId, ct), await History(reported, now, ct),
        reporter is { } who ? await History(who, now, ct) : null);

    /// <param name="item">The id of the report or the flag.</param>
    /// <exception cref="DependencyUnavailableException">There are no keys now.</exception>
    public async Task<SealedEvidence> Seal(Evidence evidence, Guid item, CancellationToken ct)
    {
        var json = JsonSerializer.Serialize(evidence, EventCodec.Json);
        var caseKey = await sealer.TakeCaseKey(ct);
        return new(
            caseKey, await sealer.SealForCase(caseKey, item, json, ct), Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json))),
            evidence.Messages.Count);
    }

    private async Task<IReadOnlyList<EvidenceMessage>> Messages(Guid matchId, CancellationToken ct)
    {
        var last = new Queue<MessageEvent.Sent>();
        await foreach (var sent in conversation.ReadSealed(matchId, ct))
        {
            last.Enqueue(sent);
            if (last.Count > Case.EvidenceMessages)
            {
                last.Dequeue();
            }
        }

        var messages = new List<EvidenceMessage>(last.Count);
        foreach (var sent in last)
        {
            if (await sealer.OpenMessage(matchId, sent.MessageId, sent.Body, ct) is { } body)
            {
                messages.Add(new(sent.MessageId, sent.Sequence, sent.From, body, sent.At));
            }
        }

        return messages;
    }

    private async Task<IReadOnlyList<EvidenceVerdict>> Screened(Guid matchId, CancellationToken ct)
    {
        // Those on delivered messages are recorded after the fact; a report comes right after the message, as a rule.
        await verdicts.Settle(matchId, ct);
        var all = new List<EvidenceVerdict>();
        await foreach (var recorded in store.Read(StreamName.For(Match.Decider.Category, matchId), 0, ct))
        {
            if (codec.Decode(recorded) is MatchEvent.MessageScreened screened)
            {
                all.Add(new(screened.MessageId, screened.Sequence, screened.From, screened.Verdict, screened.SentAt));
            }
        }

        // A blocked one is recorded at once and overtakes what was delivered before it.
        return [.. all.OrderBy(screened => screened.SentAt)];
    }

    private async Task<EvidenceHistory> History(Guid visitorId, DateTimeOffset now, CancellationToken ct)
    {
        var reports = await executor.Load(Case.Decider, ReportPartnerHandler.CaseOf(visitorId), ct);
        var bans = await executor.Load(Ban.Decider, visitorId, ct);
        var standing = bans.Sanctions.Where(sanction => !sanction.IsTakenBack).ToLookup(sanction => sanction.IsBan);
        return new(reports.Reports.Count, standing[false].Count(), standing[true].Count(), bans.StrikesAt(now));
    }
}
