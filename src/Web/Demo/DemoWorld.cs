using Microsoft.Extensions.Options;
using RandomChat.Application.Bots;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;
using RandomChat.Web.Accounts;

namespace RandomChat.Web.Demo;

/// <param name="Account">The account's name.</param>
/// <param name="AccountPassword">To be shown once.</param>
internal sealed record DemoTold(IReadOnlyList<DemoModerator> Moderators, string Account, string AccountPassword, int Visitors);

/// <summary>
/// What there is to look at in the demo: conversations, ten open cases over the lanes, decisions, appeals, an account. Everything
/// goes the way it goes for real people, and happens now.
/// </summary>
internal sealed class DemoWorld(
    DemoCrowd crowd, DemoDesk desk, VisitorAccounts accounts, CommandExecutor executor, IOptions<BotOptions> bots, TimeProvider clock)
{
    private const string AccountName = "lighthouse";
    private const int AdvertPartners = 4;
    private const int RattledConnections = 120;

    /// <param name="tell">Progress, a line each.</param>
    /// <exception cref="DemoException">Something was refused or did not come.</exception>
    public async Task<DemoTold> Make(Func<string, Task> tell, CancellationToken ct)
    {
        var (mara, jonas) = (await desk.Invite("mara", ct), await desk.Invite("jonas", ct));
        await tell("two moderators joined by invitation");
        foreach (var talk in DemoTalks.Friendly)
        {
            await crowd.Meet(talk, ct);
        }

        await tell($"{DemoTalks.Friendly.Count} conversations in which nothing happened");
        var accountPassword = await Account(mara, ct);
        await tell("an account with the badge");
        await Decided(mara, jonas, ct);
        await tell("cases that are decided, and two appeals");
        await Open(mara, jonas, ct);
        await tell("cases that are open");
        return new([mara, jonas], AccountName, accountPassword, crowd.Size);
    }

    private async Task<string> Account(DemoModerator by, CancellationToken ct)
    {
        var (holder, password) = (await crowd.Enter("Lighthouse", ct), DemoDesk.NewPassword());
        (await accounts.Register(holder.VisitorId, AccountName, password, null, endSessions: false, ct)).OrFail();
        await desk.GrantBadge(by, holder, ct);
        return password;
    }

    private async Task Decided(DemoModerator mara, DemoModerator jonas, CancellationToken ct)
    {
        await desk.Warn(
            mara, await crowd.Meet(DemoTalks.Rude, ct), "harassment", "You insulted somebody within the first minute. Please read the guidelines before you go on.", ct);
        await desk.Ban(
            jonas, await crowd.Meet(DemoTalks.Pressing, ct), "harassment", SanctionStep.Week,
            "You pressed somebody for their name after a no, and threatened to publish the chat.", ct);
        await desk.Dismiss(mara, await crowd.Meet(DemoTalks.Chess, ct), ct);

        var contempt = await crowd.Meet(DemoTalks.Contempt, ct);
        var ban = await desk.Ban(
            mara, contempt, "hate", SanctionStep.Day, "You told somebody to go back where they came from. That is an attack on people for their origin.", ct);
        await desk.Appeal(contempt.First, ban, "I was in a bad mood and did not mean it like that. I would like to say sorry and come back.", ct);

        var band = await crowd.Meet(DemoTalks.Band, ct);
        var warning = await desk.Warn(jonas, band, Policies.Spam, "You advertised a concert with a link.", ct);
        var appeal = await desk.Appeal(band.First, warning, "It is our own small concert, and I said so when I was asked.", ct);
        await desk.Overturn(mara, band.First, appeal, "You are right: you told one person about your own concert. The warning is taken back.", ct);
    }

    private async Task Open(DemoModerator mara, DemoModerator jonas, CancellationToken ct)
    {
        var insults = await crowd.Meet(DemoTalks.Insults, ct);
        await crowd.Meet(DemoTalks.InsultsAgain, ct, insults.First);
        await desk.Note(mara, insults, "Two people within minutes, the same tone in both chats. No threat so far.", ct);
        await crowd.Meet(DemoTalks.Hate, ct);
        await crowd.Meet(DemoTalks.Advert, ct);
        await crowd.Meet(DemoTalks.UnderAge, ct);
        await crowd.Meet(DemoTalks.Unwanted, ct);
        await crowd.Meet(DemoTalks.Quarrel, ct);
        await crowd.Meet(DemoTalks.Flagged, ct, beforeParting: first => Flagged(first, ct));
        await desk.HandOn(
            jonas, await crowd.Meet(DemoTalks.Threat, ct), "He names a place, a time and a weapon, and knows which bus. Please look at it first.", ct);

        var mockery = await crowd.Meet(DemoTalks.Mockery, ct);
        await desk.Ban(jonas, mockery, "harassment", SanctionStep.Permanent, "You mocked somebody for learning a language.", ct);
        await desk.Undo(jonas, mockery, ct);
        if (bots.Value.Enabled)
        {
            await Program(ct);
        }
    }

    /// <summary>A browser that tells everybody the same and connects as nobody does.</summary>
    private async Task Program(CancellationToken ct)
    {
        var program = await crowd.Enter("Mia", ct);
        for (var partner = 0; partner < AdvertPartners; partner++)
        {
            await crowd.Meet(DemoTalks.Program, ct, program);
        }

        await crowd.Rattle(program, RattledConnections, ct);
        await Flagged(program, ct);
    }

    private Task Flagged(DemoVisitor visitor, CancellationToken ct) => DemoOutcomes.Until(
        async () => !(await executor.Load(Case.Decider, visitor.CaseId, ct)).Flags.IsEmpty, "a case that the server opens by itself", clock, ct);
}
