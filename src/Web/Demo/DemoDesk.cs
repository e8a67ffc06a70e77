using System.Security.Cryptography;
using Mediator;
using Microsoft.AspNetCore.WebUtilities;
using RandomChat.Application;
using RandomChat.Application.Accounts;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Accounts;
using RandomChat.Domain.Moderation;
using RandomChat.Web.Accounts;

namespace RandomChat.Web.Demo;

/// <param name="Password">To be shown once.</param>
internal sealed record DemoModerator(Guid StaffId, string Name, string Password);

/// <summary>The staff of the demo: they come by invitation and do what the desk's buttons do.</summary>
internal sealed class DemoDesk(ISender sender, StaffAccounts accounts, StaffInvitations invitations, IAppealLinks links, TimeProvider clock)
{
    /// <summary>The first administrator invites a moderator, who accepts.</summary>
    public async Task<DemoModerator> Invite(string name, CancellationToken ct)
    {
        var administrator = (await accounts.All()).First(member => member.Role == StaffRole.Administrator);
        var token = (await invitations.Invite(StaffRole.Moderator, administrator.StaffId, ct)).OrFail();
        var password = NewPassword();
        var joined = (await invitations.Accept(token, name, password, "the demo", ct)).OrFail();
        return new(joined.StaffId, name, password);
    }

    public static string NewPassword() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    public async Task<Guid> Warn(DemoModerator by, DemoMeeting about, string policy, string statement, CancellationToken ct)
    {
        await Read(by, about, ct);
        return (await sender.Send(new UpholdReports(about.First.CaseId, policy, statement, by.StaffId, Most: SanctionStep.Warning), ct)).OrFail().SanctionId!.Value;
    }

    public async Task<Guid> Ban(DemoModerator by, DemoMeeting about, string policy, SanctionStep step, string statement, CancellationToken ct)
    {
        await Read(by, about, ct);
        var until = SanctionLadder.LengthOf(step) is { } length ? clock.GetUtcNow() + length : (DateTimeOffset?)null;
        return (await sender.Send(new IssueBan(Guid.NewGuid(), about.First.VisitorId, policy, until, statement, by.StaffId), ct)).OrFail().SanctionId;
    }

    public async Task Dismiss(DemoModerator by, DemoMeeting about, CancellationToken ct)
    {
        await Read(by, about, ct);
        (await sender.Send(new DismissReports(about.First.CaseId, by.StaffId), ct)).OrFail();
    }

    public async Task Undo(DemoModerator by, DemoMeeting about, CancellationToken ct) =>
        (await sender.Send(new UndoDecision(about.First.CaseId, by.StaffId), ct)).OrFail();

    public async Task Note(DemoModerator by, DemoMeeting about, string text, CancellationToken ct) =>
        (await sender.Send(new NoteCase(about.First.CaseId, text, by.StaffId), ct)).OrFail();

    /// <summary>Hands the case on to whoever may see severe ones.</summary>
    public async Task HandOn(DemoModerator by, DemoMeeting about, string why, CancellationToken ct)
    {
        await Read(by, about, ct);
        (await sender.Send(new ReferCase(about.First.CaseId, why, by.StaffId), ct)).OrFail();
    }

    /// <summary>Whoever was sanctioned follows the link that came with it.</summary>
    public async Task<Guid> Appeal(DemoVisitor visitor, Guid sanctionId, string statement, CancellationToken ct)
    {
        var url = links.UrlFor(visitor.VisitorId, sanctionId);
        var token = QueryHelpers.ParseQuery(url[url.IndexOf('?', StringComparison.Ordinal)..])["token"].ToString();
        return (await sender.Send(new FileAppeal(token, statement, visitor.AddressKey), ct)).OrFail().AppealId;
    }

    public async Task Overturn(DemoModerator by, DemoVisitor visitor, Guid appealId, string statement, CancellationToken ct) =>
        (await sender.Send(new DecideAppeal(visitor.VisitorId, appealId, AppealOutcome.Overturned, statement, by.StaffId), ct)).OrFail();

    public async Task GrantBadge(DemoModerator by, DemoVisitor visitor, CancellationToken ct) =>
        (await sender.Send(new ChangeBadge(visitor.VisitorId, by.StaffId, Granted: true), ct)).OrFail();

    private async Task Read(DemoModerator by, DemoMeeting about, CancellationToken ct)
    {
        (await sender.Send(new TakeOnCase(about.First.CaseId, by.StaffId), ct)).OrFail();
        (await sender.Send(new ViewReport(about.First.CaseId, about.ReportId!.Value, by.StaffId), ct)).OrFail();
    }
}
