using RandomChat.Application.Moderation;
using RandomChat.Application.Settings;
using RandomChat.Web.Identity;
using static RandomChat.Web.Pages.PageWords;

namespace RandomChat.Web.Pages;

/// <summary>One kind of data.</summary>
/// <param name="What">Beginning with a capital, without a stop.</param>
/// <param name="Why">The purpose.</param>
/// <param name="HowLong">Until when, and what happens then.</param>
public sealed record Retained(string What, string Why, string HowLong);

/// <summary>
/// What is kept, why and for how long: the one table that the privacy page shows, with the times set for this server, and
/// that <c>docs/retention.md</c> is written from, with the defaults.
/// </summary>
public static class RetentionTable
{
    public static IReadOnlyList<Retained> For(RetentionOptions retention) =>
    [
        new("The text of your messages",
            "to deliver them, and to bring a chat back after a reload or a lost connection",
            $"readable for {Span(retention.Messages)}; the key is destroyed at most one hour later"),
        new("Evidence of a report, or of a message that people look at without one: the last messages of that chat (at most 50), what the screening said of it, how often both were reported and sanctioned before, the reason, the comment",
            "to decide on it",
            $"{Span(retention.Cases)} from then on, whoever of both has asked to be erased; then the key is destroyed. {Span(retention.SevereCases)} where the case is severe: someone under age, child safety, a credible threat. Under a legal hold not before that is lifted or over"),
        new("That the evidence of a case was looked at, or handed to authorities: by whom of the staff, when, and why it was handed out again",
            "so that nobody looks without having to answer for it",
            $"in the history of events without a fixed end, but for the reason, which can be read for {Span(retention.Cases)}; what was handed out is kept by us nowhere else"),
        new("That somebody of the staff read a history or searched the log, or took the list of what the staff did along: who, what, when",
            "so that nobody looks without having to answer for it",
            "in the history of events without a fixed end"),
        new("A legal hold on the evidence of a case: who of the staff placed and lifted it, when, until when, why",
            "to keep what the law orders us to keep, and to show who decided that",
            $"in the history of events without a fixed end; the reason until {Span(retention.Cases)} after the hold is over, then the key is destroyed"),
        new("What the staff wrote down for each other about a case: who, when, what",
            "so that whoever goes on knows what is known",
            "who and when in the history of events without a fixed end; the words for as long as evidence of that day, then the key is destroyed"),
        new("Year of birth, display name, interests, preferences of a visitor without an account",
            "the age limit; to find someone who fits",
            $"until {Span(retention.Visitors)} after your last visit (at most one day more), or until you have it erased; then the key is destroyed"),
        new("Of an account, where you make one: its name, a hash of the password and of the recovery codes, what your passkeys can be checked with and how you named them, the e-mail address where you give one (encrypted)",
            "so that you are the same visitor the next time, in any browser, with the same preferences",
            "until you have it erased; then it is deleted, and the key of the address destroyed"),
        new("Year of birth, display name, interests, preferences of a visitor with an account",
            "the age limit; to find someone who fits, the next time as well",
            "until you have it erased; then the key is destroyed"),
        new("That you were refused because of your age",
            "so that another year does not help",
            $"a cookie for {Span(IdentityCookies.RefusalLife)}; a mark on your address and browser type for {Span(AgeRefusals.HeldFor)}, in memory only. The year itself is not kept"),
        new("Your IP address",
            "to deliver what your browser asks for; to limit how often one address can start sessions and join",
            "while you are connected. For the limits in a keyed form from which it cannot be read back, in memory only, for minutes; for some hours where programs came from it"),
        new("A warning or a ban: the rule, when, until when, and a keyed mark of your browser from which its number cannot be read back",
            "so that it holds, also in this browser after your data was erased, and so that strikes expire",
            "kept in the history of events without a fixed end; it keeps you out until it ends. Somebody looks at one for good again each year, and keeps or lifts it"),
        new("What we wrote to you about it, and what you answered in an appeal",
            "so that you know why, and are heard",
            $"{Span(retention.Cases)}; then the key is destroyed. Of a ban for good as long as it lasts, so that whoever looks at it again can read it, and until {Span(retention.Cases)} after its next yearly look would have been due"),
        new("The public addresses that you came from when you were banned, in a keyed form",
            "so that the same person without cookies does not walk in again at once",
            $"at most {Span(BanEnforcement.AddressKept)}, and no longer than the ban; in no backup of the history"),
        new("The history of events, without text: random numbers for visitor, browser and chat; when you signed in to an account, changed its password, added or removed a passkey, and whether it has the verified badge; when a chat began and ended, why, text or video, by which way a call went, the language asked for, how many messages; who blocked or reported whom, and the reason; what moderators were to look at without a report, and why; which messages the screening did not simply let pass, by which rule, and what was done",
            "so that nothing acknowledged is lost; so that people who blocked each other do not meet again; to see abuse over time",
            "kept without a fixed end. It holds no name, address or text"),
        new("Whether you are typing, the set-up of a call, who is connected",
            "so that the chat works",
            "never stored; in memory while it lasts"),
        new("Whether this browser behaves like a program: how fast it joins, leaves and goes on, and whether it says the same to many",
            "so that people meet people",
            "in memory only: fingerprints of what was said for an hour after the last of it; a score of which half is gone every half hour, and all of it within some hours; never stored"),
        new("The random number of a visitor who had their data erased, in a list beside the data",
            "so that no backup brings back what was erased",
            "without a fixed end; the history of events holds the same number"),
        new("Technical logs",
            "to find faults",
            "as long as the operator keeps them. They hold no message, no address in clear and nothing that opens a session"),
    ];

    /// <summary>As a page of the documentation.</summary>
    public static string Markdown(RetentionOptions retention) => $"""
        # Retention

        What is kept, why and for how long, with the default settings: `Retention:Messages`, `Retention:Visitors`,
        `Retention:Cases` and `Retention:SevereCases`. The privacy page shows the same table with the times set for its server. Written from the code; a
        test compares both: `UPDATE_DOCS=1 dotnet run --project tests/Web.Tests -- -class '*RetentionTableTests'`. When and
        how keys are destroyed in each engine: [runbook](runbook.md#retention).

        | what | why | for how long |
        |---|---|---|
        {string.Join('\n', For(retention).Select(row => $"| {row.What} | {row.Why} | {row.HowLong} |"))}

        """;
}
