using System.Globalization;
using System.Text;
using System.Text.Json;
using Mediator;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application;
using RandomChat.Application.Accounts;
using RandomChat.Application.Events;
using RandomChat.Domain.Accounts;
using RandomChat.Projections.Visitors;
using RandomChat.Web.Accounts;
using RandomChat.Web.Moderation;

namespace RandomChat.Web.Pages.Admin;

/// <summary>Everything that was recorded of a visitor, a chat or a case, in words, with the event as it lies in the log.</summary>
[Authorize(Policy = StaffIdentity.Moderates)]
public sealed class HistoryModel(VisitorHistoryQueries visitors, IEventStore log, CommandExecutor executor, ISender sender, StaffAccounts accounts) : PageModel
{
    private const int PageSize = 50;

    /// <summary>Streams with an id of their own: messages are left out, since they are sealed and expire.</summary>
    private static readonly string[] Categories = ["match", "case", "ban", "visitor", "account"];

    private static readonly JsonSerializerOptions Indented = new(EventCodec.Json) { WriteIndented = true };

    [BindProperty(SupportsGet = true)]
    public string? Id { get; set; }

    /// <summary>A moment in UTC as a form writes it; what came later is left out.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Until { get; set; }

    /// <summary>The position of the last event seen; null: from the beginning.</summary>
    [BindProperty(SupportsGet = true)]
    public long? After { get; set; }

    public string? Problem { get; private set; }

    /// <summary>Whether the visitor's account has the badge; null where there is no account.</summary>
    public bool? IsVerified { get; private set; }

    /// <summary>Null where nothing was asked for.</summary>
    public Timeline? Shown { get; private set; }

    public async Task OnGetAsync(CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(Id))
        {
            return;
        }

        if (!Guid.TryParse(Id.Trim(), out var id))
        {
            Problem = "An id looks like 0b7e3a52-5d3c-4e0e-9c55-0a4d1f6c1e01.";
            return;
        }

        var until = DateTimeOffset.TryParse(Until, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : (DateTimeOffset?)null;
        Until = until is null ? null : Until;
        var (title, found) = await Find(id, ct);
        var page = found.Where(e => until is null || e.At <= until).Take(PageSize).ToList();
        var names = new StaffNames(accounts);
        var lines = new List<TimelineEvent>();
        foreach (var e in page)
        {
            lines.Add(await Line(e, names));
        }

        var account = await executor.Load(Account.Decider, id, ct);
        IsVerified = account.IsOpen ? account.IsVerified : null;
        Shown = new(title, lines, page.Count < PageSize ? null
            : Url.Page("History", new { Id, Until, After = page[^1].Position.ToString(CultureInfo.InvariantCulture) }));
    }

    /// <summary>Gives the visitor's account the badge, or takes it back.</summary>
    public async Task<IActionResult> OnPostBadgeAsync(Guid id, bool granted, CancellationToken ct) =>
        await sender.Send(new ChangeBadge(id, HttpContext.StaffId(), granted), ct) is Outcome<Nothing>.Refused
            ? NotFound()
            : RedirectToPage(new { id });

    /// <summary>What an id stands for, and one page more than is shown of it.</summary>
    private async Task<(string Title, List<HistoryEvent> Events)> Find(Guid id, CancellationToken ct)
    {
        var after = After is { } position ? new LogPosition(position) : (LogPosition?)null;
        if (await visitors.Of(id, after, PageSize, ct) is { Count: > 0 } touching)
        {
            // Nobody is both: their ids are made apart.
            return ($"{(touching[0].Stream == StreamName.For("staff", id).Value ? "Staff" : "Visitor")} {id:D}", touching);
        }

        foreach (var category in Categories)
        {
            var events = new List<HistoryEvent>();
            await foreach (var recorded in log.Read(StreamName.For(category, id), 0, ct))
            {
                if (after is null || recorded.Position > after)
                {
                    events.Add(new(
                        recorded.Position.Value, recorded.Stream.Value, recorded.Revision, recorded.Type, recorded.At, EventCodec.DecodeMetadata(recorded).Actor,
                        Encoding.UTF8.GetString(recorded.Data.Span)));
                    if (events.Count == PageSize)
                    {
                        break;
                    }
                }
            }

            if (events.Count > 0)
            {
                return ($"{(category == "match" ? "Chat" : char.ToUpperInvariant(category[0]) + category[1..])} {id:D}", events);
            }
        }

        return ($"{id:D}", []);
    }

    private static async Task<TimelineEvent> Line(HistoryEvent e, StaffNames names) => new(
        e.Position, e.Stream, e.Stream[(e.Stream.IndexOf('-', StringComparison.Ordinal) + 1)..], e.Type, e.At, await names.OfActor(e.Actor),
        EventWords.For(EventCodec.Default.Decode(e.Recorded())), JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(e.Data), Indented));

    /// <param name="Next">Where later ones are; null where there are none.</param>
    public sealed record Timeline(string Title, IReadOnlyList<TimelineEvent> Events, string? Next);

    /// <param name="StreamId">The id in the stream's name.</param>
    /// <param name="Actor">Who did it, in words.</param>
    /// <param name="Json">As it was recorded, indented.</param>
    public sealed record TimelineEvent(
        long Position, string Stream, string StreamId, string Type, DateTimeOffset At, string Actor, string Words, string Json);
}
