using Microsoft.Data.Sqlite;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Matchmaking;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Load;

/// <summary>
/// Makes the log of a desk that has seen much: ten events for each case, of which every 25th is open, and a ban for every
/// tenth. All of it lies within the last 25 days, so that nothing has expired and every decision counts in the numbers.
/// </summary>
internal static class DeskLog
{
    public const int EventsACase = 10;

    // Well-formed, under keys that are destroyed.
    private static readonly string Ciphertext = Convert.ToBase64String(new byte[160]);
    private static readonly string CaseKey = $"case-{Guid.Empty:D}";
    private static readonly string ForCases = $"rc1:{CaseKey}:{Ciphertext}";
    private static readonly TimeSpan Span = TimeSpan.FromDays(25);

    /// <returns>A visitor whose case is open.</returns>
    public static async Task<Guid> Fill(string file, int cases)
    {
        await SqliteEventStore.Open(file, TimeProvider.System).DisposeAsync();
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var log = new LogWriter(connection, cases * EventsACase);
        var (begin, staff, open) = (DateTimeOffset.UtcNow - Span, Guid.NewGuid(), Guid.Empty);
        for (var n = 0; n < cases; n++)
        {
            var at = begin + (Span * n / cases);
            var (a, b, match, report) = (Someone(), Someone(), Guid.NewGuid(), Guid.NewGuid());
            var caseId = ReportPartnerHandler.CaseOf(b.Visitor);
            log.Write($"visitor-{a.Visitor}", at, new VisitorEvent.SessionStarted(a.Visitor, a.Device, "2026-01", For(a), at));
            log.Write($"visitor-{b.Visitor}", at, new VisitorEvent.SessionStarted(b.Visitor, b.Device, "2026-01", For(b), at));
            log.Write($"match-{match}", at, new MatchEvent.Started(match, ChatMode.Text, Ticket(a, at), Ticket(b, at), 0, at));
            log.Write($"match-{match}", at, new MatchEvent.Ended(
                match, MatchEndReason.Skipped, a.Visitor, a.Visitor, a.Device, b.Visitor, b.Device, 6, 5, 60_000, at));
            log.Write($"case-{caseId}", at, new CaseEvent.Reported(
                caseId, report, match, a.Visitor, a.Device, b.Visitor, b.Device, ReportReason.Spam, null, CaseKey, ForCases, new string('0', 64), 5, at));
            var isOpen = n % 25 == 0;
            var isBanned = n % 10 == 1;
            open = isOpen ? b.Visitor : open;
            if (!isOpen)
            {
                var (decided, sanction) = (at.AddMinutes(1 + (n % 600)), isBanned ? Guid.NewGuid() : (Guid?)null);
                log.Write($"case-{caseId}", at, new CaseEvent.Viewed(caseId, b.Visitor, report, staff, at));
                log.Write($"case-{caseId}", decided, new CaseEvent.Decided(
                    caseId, b.Visitor, [report], isBanned ? CaseOutcome.Upheld : CaseOutcome.Dismissed, sanction, staff, decided));
                if (sanction is { } id)
                {
                    log.Write($"ban-{b.Visitor}", decided, new BanEvent.Issued(
                        id, b.Visitor, "spam", 1, decided.AddDays(90), n % 50 == 1 ? null : decided.AddDays(30), ForCases, staff, decided));
                    if (n % 40 == 1)
                    {
                        log.Write($"ban-{b.Visitor}", decided, new BanEvent.AppealFiled(Guid.NewGuid(), id, b.Visitor, ForCases, decided));
                    }
                }
            }

            while (log.Written < (n + 1) * EventsACase)
            {
                log.Write($"visitor-{a.Visitor}", at, new VisitorEvent.SessionResumed(a.Visitor, a.Device, at));
            }

            if (n % 10_000 == 9_999)
            {
                Console.Error.WriteLine($"{n + 1} of {cases} cases written");
            }
        }

        return open;
    }

    private static string For((Guid Visitor, Guid Device) who) => $"rc1:visitor-{who.Visitor:D}:{Ciphertext}";

    private static (Guid Visitor, Guid Device) Someone() => (Guid.NewGuid(), Guid.NewGuid());

    private static TicketRecord Ticket((Guid Visitor, Guid Device) who, DateTimeOffset at) =>
        new(Guid.NewGuid(), who.Visitor, who.Device, ChatMode.Text, "en", null, 0, false, false, at.AddSeconds(-2), 2_000);
}
