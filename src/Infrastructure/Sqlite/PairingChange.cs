using System.Text.Json;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>What an event means to the pairing index: who may be paired with whom, and who with nobody.</summary>
internal abstract record PairingChange
{
    private PairingChange()
    {
    }

    public sealed record Opened(Guid MatchId, long Position) : PairingChange;

    public sealed record Closed(Guid MatchId, Pair Pair, DateTimeOffset EndedAt) : PairingChange;

    public sealed record Blocked(Pair Pair) : PairingChange;

    /// <param name="Who">The visitor's id, or the mark of a browser.</param>
    /// <param name="Until">Null for good.</param>
    public sealed record Banned(string Who, Guid VisitorId, Guid SanctionId, DateTimeOffset? Until) : PairingChange;

    public sealed record BanLifted(Guid SanctionId) : PairingChange;

    public sealed record Warned(Guid VisitorId, Guid SanctionId) : PairingChange;

    /// <summary>A warning was shown.</summary>
    public sealed record WarningOver(Guid SanctionId) : PairingChange;

    /// <summary>A sanction is to come.</summary>
    public sealed record Escalated(Guid VisitorId, DateTimeOffset DueAt) : PairingChange;

    /// <summary>A visitor was reported from a browser.</summary>
    public sealed record Reported(Guid ReportId, Guid VisitorId, Guid DeviceId, string Reason) : PairingChange;

    /// <summary>What was to come came, or somebody decided otherwise.</summary>
    /// <param name="Reports">Those that are open no longer; null: all of them.</param>
    public sealed record Decided(Guid VisitorId, Guid[]? Reports) : PairingChange;

    public sealed record Erased(Guid VisitorId) : PairingChange;

    /// <summary>Sessions of before ended. News alone: nothing of it is kept.</summary>
    public sealed record SessionsEnded(Guid VisitorId, DateTimeOffset At) : PairingChange;

    /// <summary>The screening found something that people look at.</summary>
    public sealed record Screened(CaseVerdict Verdict) : PairingChange;

    /// <summary>A case knows of it.</summary>
    public sealed record Flagged(Guid MatchId, Guid VisitorId, string Policy, bool Warns) : PairingChange;

    /// <summary>Null where the event says nothing about who may be paired.</summary>
    public static PairingChange? Of(RecordedEvent e)
    {
        if (e.Type is not ("matches.match.started.v1" or "matches.match.ended.v1" or "visitors.visitor.blocked.v1"
            or "moderation.ban.issued.v1" or "moderation.device.marked.v1" or "moderation.ban.lifted.v1" or "moderation.appeal.decided.v1"
            or "moderation.warning.issued.v1" or "moderation.warning.delivered.v1"
            or "visitors.visitor.erased.v1" or "accounts.password.changed.v1" or "accounts.sessions.ended.v1"
            or "matches.message.screened.v1" or "moderation.case.flagged.v1"
            or "moderation.case.reported.v1" or "moderation.case.escalated.v1" or "moderation.case.decided.v1"))
        {
            return null;
        }

        using var json = JsonDocument.Parse(e.Data);
        var data = json.RootElement;
        Guid Id(string name) => data.GetProperty(name).GetGuid();
        Verdict? VerdictOf() => data.TryGetProperty("verdict", out var verdict) ? verdict.Deserialize<Verdict>(EventCodec.Json) : null;
        DateTimeOffset? Until() => data.GetProperty("until") is { ValueKind: JsonValueKind.String } until ? until.GetDateTimeOffset() : null;
        return e.Type switch
        {
            "matches.match.started.v1" => new Opened(Id("matchId"), e.Position.Value),
            "matches.match.ended.v1" => new Closed(
                Id("matchId"),
                new(Id("first"), Id("firstDevice"), Id("second"), Id("secondDevice")),
                data.GetProperty("at").GetDateTimeOffset()),
            "moderation.ban.issued.v1" => new Banned(Id("visitorId").ToString("D"), Id("visitorId"), Id("sanctionId"), Until()),
            "moderation.device.marked.v1" => new Banned(data.GetProperty("mark").GetString()!, Id("visitorId"), Id("sanctionId"), Until()),
            "visitors.visitor.erased.v1" => new Erased(Id("visitorId")),
            "accounts.password.changed.v1" or "accounts.sessions.ended.v1" => new SessionsEnded(
                Id("visitorId"), data.GetProperty("at").GetDateTimeOffset()),
            "moderation.warning.issued.v1" => new Warned(Id("visitorId"), Id("sanctionId")),
            "moderation.warning.delivered.v1" => new WarningOver(Id("sanctionId")),
            "moderation.case.escalated.v1" => new Escalated(Id("visitorId"), data.GetProperty("dueAt").GetDateTimeOffset()),
            "moderation.case.reported.v1" => new Reported(
                Id("reportId"), Id("visitorId"), Id("reporterDeviceId"), data.GetProperty("reason").GetString()!),
            "moderation.case.decided.v1" => new Decided(
                Id("visitorId"),
                data.TryGetProperty("reports", out var reports) && reports.ValueKind == JsonValueKind.Array
                    ? [.. reports.EnumerateArray().Select(report => report.GetGuid())]
                    : null),
            "matches.message.screened.v1" => VerdictOf() is { } verdict && CaseVerdicts.PolicyOf(verdict) is { } policy
                ? new Screened(new(
                    Id("matchId"), Id("messageId"), Id("from"), policy.Code, CaseVerdicts.Warns(verdict), data.GetProperty("at").GetDateTimeOffset()))
                : null,
            "moderation.case.flagged.v1" => data.GetProperty("matchId").ValueKind == JsonValueKind.String
                ? new Flagged(Id("matchId"), Id("visitorId"), data.GetProperty("policy").GetString()!, VerdictOf() is { } flagged && CaseVerdicts.Warns(flagged))
                : null,
            "moderation.ban.lifted.v1" => new BanLifted(Id("sanctionId")),
            "moderation.appeal.decided.v1" => data.GetProperty("outcome").ValueEquals("overturned") ? new BanLifted(Id("sanctionId")) : null,
            _ => new Blocked(new(Id("visitorId"), Id("deviceId"), Id("blockedVisitorId"), Id("blockedDeviceId"))),
        };
    }
}

/// <summary>Two people, each a visitor in a browser.</summary>
internal readonly record struct Pair(Guid Visitor, Guid Device, Guid OtherVisitor, Guid OtherDevice)
{
    /// <summary>The same for both orders of the same two.</summary>
    public Pair Canonical => Visitor.CompareTo(OtherVisitor) <= 0 ? this : new(OtherVisitor, OtherDevice, Visitor, Device);

    /// <summary>Whom each of the four ids is to find: the other side's two.</summary>
    public (Guid Who, Guid Visitor, Guid Device)[] Directions =>
    [
        (Visitor, OtherVisitor, OtherDevice),
        (Device, OtherVisitor, OtherDevice),
        (OtherVisitor, Visitor, Device),
        (OtherDevice, Visitor, Device),
    ];
}
