using CsCheck;
using RandomChat.Domain.Matchmaking;
using static RandomChat.Domain.Tests.Matchmaking.People;

namespace RandomChat.Domain.Tests.Matchmaking;

/// <summary>What holds for every crowd, not only for the examples.</summary>
public sealed class PairingProperties
{
    private static readonly PairingRules Rules = PairingRules.Default;

    [Fact]
    public void Whether_two_may_meet_does_not_depend_on_who_is_asked() =>
        ForPairs((a, b) =>
            PairingPolicy.MayMeet(a, b, Noon, Rules) == PairingPolicy.MayMeet(b, a, Noon, Rules)
            && PairingPolicy.MayMeetAgain(a, b, Noon, Rules) == PairingPolicy.MayMeetAgain(b, a, Noon, Rules));

    [Fact]
    public void Nobody_ever_meets_themselves_or_their_own_browser() =>
        ForPairs((a, b) => (a.VisitorId != b.VisitorId && a.DeviceId != b.DeviceId) || !MayMeetAtAll(a, b));

    [Fact]
    public void Nobody_ever_meets_somebody_blocked_either_way() =>
        ForPairs((a, b) => !(Blocks(a, b) || Blocks(b, a)) || !MayMeetAtAll(a, b));

    [Fact]
    public void Nobody_meets_again_within_the_window_nor_ever_within_five_minutes() =>
        ForPairs((a, b) =>
            LastMet(a, b) is not { } met
            || ((Noon - met >= Rules.RematchWindow || !PairingPolicy.MayMeet(a, b, Noon, Rules))
                && (Noon - met >= Rules.RematchFloor || !MayMeetAtAll(a, b))));

    [Fact]
    public void Nobody_starves_two_whom_nothing_parts_may_meet_once_patience_is_over() =>
        ForPairs((a, b) =>
            a.VisitorId == b.VisitorId || a.DeviceId == b.DeviceId || Blocks(a, b) || Blocks(b, a)
            || !PairingPolicy.LanguagesFit(a.Request, b.Request)
            || PairingPolicy.MayMeet(a, b, Noon + Rules.RematchWindow, Rules));

    [Fact]
    public void Accepting_any_never_makes_fewer_people_fit() =>
        ForPairs((a, b) =>
            !PairingPolicy.LanguagesFit(a.Request, b.Request)
            || PairingPolicy.LanguagesFit(a.Request with { AcceptAny = true }, b.Request));

    [Fact]
    public void The_order_of_candidates_is_total_so_everybody_comes_first_one_day() =>
        Crowd.Sample(crowd =>
        {
            var seeker = crowd[0];
            foreach (var a in crowd)
            {
                foreach (var b in crowd)
                {
                    var order = Math.Sign(PairingPolicy.Compare(seeker, a, b));
                    Assert.Equal(-order, Math.Sign(PairingPolicy.Compare(seeker, b, a)));
                    Assert.Equal(a.TicketId == b.TicketId, order == 0);
                    foreach (var c in crowd)
                    {
                        Assert.False(order < 0 && PairingPolicy.Compare(seeker, b, c) < 0 && PairingPolicy.Compare(seeker, a, c) >= 0);
                    }
                }
            }
        });

    private static void ForPairs(Func<Ticket, Ticket, bool> holds) =>
        Crowd.Sample(crowd => crowd.All(a => crowd.All(b => holds(a, b))), iter: 2_000);

    private static bool MayMeetAtAll(Ticket a, Ticket b) =>
        PairingPolicy.MayMeet(a, b, Noon, Rules) || PairingPolicy.MayMeetAgain(a, b, Noon, Rules);

    private static bool Blocks(Ticket a, Ticket b) => a.Excluded.Contains(b.VisitorId) || a.Excluded.Contains(b.DeviceId);

    private static DateTimeOffset? LastMet(Ticket a, Ticket b)
    {
        var moments = new[] { (a, b.VisitorId), (a, b.DeviceId), (b, a.VisitorId), (b, a.DeviceId) }
            .Where(look => look.Item1.RecentlyMet.ContainsKey(look.Item2))
            .Select(look => look.Item1.RecentlyMet[look.Item2])
            .ToArray();
        return moments.Length == 0 ? null : moments.Max();
    }
}
