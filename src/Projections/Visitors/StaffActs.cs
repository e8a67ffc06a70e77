using RandomChat.Domain.Accounts;
using RandomChat.Domain.Moderation;

namespace RandomChat.Projections.Visitors;

/// <summary>What the staff do, in kinds that people look for.</summary>
public enum StaffActKind
{
    Other,
    Look,
    Work,
    Decision,
    Sanction,
    Appeal,
    Hold,
    Export,
    Badge,
    Staff,
    Publication,
}

/// <summary>Which events are acts of the staff.</summary>
internal static class StaffActs
{
    /// <summary>Who of the staff did it; empty where it is about the staff and none of them did; null where it is no act of theirs.</summary>
    public static Guid? Of(string actor, object happened) =>
        actor.Split(':') is ["staff", var id] && Guid.TryParse(id, out var staffId) ? staffId : happened is StaffEvent ? Guid.Empty : null;

    public static StaffActKind KindOf(object happened) => happened switch
    {
        LookEvent.AuditExported or CaseEvent.Exported => StaffActKind.Export,
        LookEvent or CaseEvent.Viewed => StaffActKind.Look,
        CaseEvent.Claimed or CaseEvent.Reserved or CaseEvent.Noted or CaseEvent.Referred => StaffActKind.Work,
        CaseEvent.Decided or CaseEvent.Undone or CaseEvent.FoundSevere or CaseEvent.Unrestricted => StaffActKind.Decision,
        CaseEvent.Held or CaseEvent.Released => StaffActKind.Hold,
        BanEvent.AppealFiled or BanEvent.AppealDecided => StaffActKind.Appeal,
        BanEvent => StaffActKind.Sanction,
        AccountEvent => StaffActKind.Badge,
        StaffEvent => StaffActKind.Staff,
        TransparencyEvent => StaffActKind.Publication,
        _ => StaffActKind.Other,
    };
}
