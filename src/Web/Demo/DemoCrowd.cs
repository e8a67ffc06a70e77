using Mediator;
using RandomChat.Application.Bots;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Moderation;
using RandomChat.Application.Visitors;
using RandomChat.Domain.Matchmaking;
using RandomChat.Web.Realtime;

namespace RandomChat.Web.Demo;

/// <summary>Somebody who is made up, with a browser and an address of their own.</summary>
/// <param name="AddressKey">As limits count it: neighbours in the demo share none.</param>
internal sealed record DemoVisitor(Guid VisitorId, Guid DeviceId, string AddressKey)
{
    public Guid CaseId => ReportPartnerHandler.CaseOf(VisitorId);
}

/// <param name="First">Whom it is about.</param>
/// <param name="ReportId">Of the report by the second one; null where there was none.</param>
internal sealed record DemoMeeting(DemoVisitor First, DemoVisitor Second, Guid? ReportId);

/// <summary>The visitors of the demo: they pass the gate, meet, write and report by the commands that the hub and the pages send.</summary>
internal sealed class DemoCrowd(ISender sender, Arrivals arrivals)
{
    private const int Oldest = 1962;
    private const int Years = 42;
    private int entered;

    public int Size => entered;

    public async Task<DemoVisitor> Enter(string? name, CancellationToken ct)
    {
        var number = ++entered;
        var deviceId = Guid.NewGuid();
        var started = (await sender.Send(new StartSession(null, deviceId, Oldest + (number * 7 % Years), true, name), ct)).OrFail();
        return new(started.VisitorId, deviceId, $"demo-{number}");
    }

    /// <summary>Two meet, write what stands in the talk, and part.</summary>
    /// <param name="first">Whoever is there already; null: somebody new.</param>
    /// <param name="beforeParting">What is waited for while both are there.</param>
    public async Task<DemoMeeting> Meet(DemoTalk talk, CancellationToken ct, DemoVisitor? first = null, Func<DemoVisitor, Task>? beforeParting = null)
    {
        first ??= await Enter(talk.FirstName, ct);
        var second = await Enter(talk.SecondName, ct);
        var (here, there) = (new DemoConnection(), new DemoConnection());
        await Open(first, here);
        await Open(second, there);
        await Join(first, here, talk, ct);
        if (await Join(second, there, talk, ct) is not JoinAnswer.Matched { MatchId: var matchId })
        {
            throw new DemoException("Two visitors of the demo did not meet.");
        }

        for (var number = 0; number < talk.Lines.Length; number++)
        {
            var (who, connection) = talk.Lines[number].ByFirst ? (first, here) : (second, there);
            (await sender.Send(new SendMessage(who.VisitorId, matchId, talk.Lines[number].Text, $"demo-{number}", connection.ConnectionId), ct)).OrFail();
        }

        if (beforeParting is not null)
        {
            await beforeParting(first);
        }

        var reportId = await Part(second, matchId, talk, ct);
        await arrivals.Closed(second.VisitorId, there.ConnectionId);
        await arrivals.Closed(first.VisitorId, here.ConnectionId);
        return new(first, second, reportId);
    }

    /// <summary>Opens and closes connections, more than anybody's browser does, and asks to wait once more.</summary>
    public async Task Rattle(DemoVisitor visitor, int connections, CancellationToken ct)
    {
        for (var opened = 0; opened < connections; opened++)
        {
            var connection = new DemoConnection();
            await Open(visitor, connection);
            await arrivals.Closed(visitor.VisitorId, connection.ConnectionId);
        }

        // Refused as a rule, since it behaves like a program; that it asked is what counts.
        await sender.Send(new JoinQueue(visitor.VisitorId, visitor.DeviceId, new(ChatMode.Text, null, [], true), visitor.AddressKey, null), ct);
        await sender.Send(new LeaveQueue(visitor.VisitorId, visitor.DeviceId), ct);
    }

    /// <summary>By no token, so by a session that ends with nothing.</summary>
    private Task Open(DemoVisitor visitor, DemoConnection connection) => arrivals.Opened(
        new(visitor.VisitorId, visitor.DeviceId, Began: DateTimeOffset.MaxValue, ByCookie: false), connection, visitor.AddressKey, addressMark: null);

    private async Task<JoinAnswer> Join(DemoVisitor visitor, DemoConnection connection, DemoTalk talk, CancellationToken ct) => (await sender.Send(
        new JoinQueue(
            visitor.VisitorId, visitor.DeviceId, new(ChatMode.Text, talk.Language, talk.Interests, false), visitor.AddressKey, connection.ConnectionId),
        ct)).OrFail();

    private async Task<Guid?> Part(DemoVisitor second, Guid matchId, DemoTalk talk, CancellationToken ct)
    {
        if (talk.Reason is { } reason)
        {
            return (await sender.Send(new ReportPartner(second.VisitorId, matchId, reason, talk.Comment, Block: true), ct)).OrFail().ReportId;
        }

        (await sender.Send(new EndMatch(second.VisitorId, matchId), ct)).OrFail();
        return null;
    }
}
