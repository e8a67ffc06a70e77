using System.Globalization;
using Mediator;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application;
using RandomChat.Application.Accounts;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Accounts;
using RandomChat.Domain.Matches;
using RandomChat.Projections.Visitors;
using RandomChat.Web.Accounts;

namespace RandomChat.Web.Pages.Admin;

/// <summary>
/// What was recorded, in words, with each event as it lies in the log: of a visitor, a chat, a case or an account, or in the whole
/// log by what happened, who did it and when. Messages are left out, since they are sealed and expire. Who reads it is recorded.
/// </summary>
[Authorize(Policy = StaffIdentity.Moderates)]
public sealed class HistoryModel(
    VisitorHistoryQueries histories, LogQueries log, LookBook looks, CommandExecutor executor, ISender sender, StaffAccounts accounts) : PageModel
{
    private const int PageSize = 50;

    /// <summary>The stored names that can be asked for.</summary>
    public static IReadOnlyList<string> Types { get; } =
        [.. EventCodec.Default.Entries.Where(entry => !entry.Type.IsAssignableTo(typeof(MessageEvent))).Select(entry => entry.Name)];

    [BindProperty(SupportsGet = true)]
    public string? Id { get; set; }

    /// <summary>A stored name.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Type { get; set; }

    /// <summary>The name of somebody of the staff, the id of a visitor or of theirs, or <c>system</c>.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Who { get; set; }

    /// <summary>What the events belong to.</summary>
    [BindProperty(SupportsGet = true)]
    public Guid? Correlation { get; set; }

    /// <summary>A moment in UTC as a form writes it.</summary>
    [BindProperty(SupportsGet = true)]
    public string? From { get; set; }

    /// <summary>The same; what came later is left out.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Until { get; set; }

    /// <summary>Of a history: the position of the last event seen; null: from the beginning.</summary>
    [BindProperty(SupportsGet = true)]
    public long? After { get; set; }

    /// <summary>Of the whole log, which begins with the latest: the position of the last event seen.</summary>
    [BindProperty(SupportsGet = true)]
    public long? Before { get; set; }

    public string? Problem { get; private set; }

    public string? WhoProblem { get; private set; }

    /// <summary>Whether the visitor's account has the badge; null where there is no account.</summary>
    public bool? IsVerified { get; private set; }

    /// <summary>Whether the whole log was searched rather than one history.</summary>
    public bool IsWholeLog { get; private set; }

    public string Heading { get; private set; } = string.Empty;

    /// <summary>Where the next page is; null where there is none.</summary>
    public string? Next { get; private set; }

    /// <summary>Null where nothing was asked for.</summary>
    public TimelineView? Shown { get; private set; }

    public async Task OnGetAsync(CancellationToken ct)
    {
        var filter = await Filter();
        if (WhoProblem is not null)
        {
            return;
        }

        if (string.IsNullOrWhiteSpace(Id))
        {
            if (filter != new LogFilter(null, null, null, null, null))
            {
                await Search(filter, ct);
            }

            return;
        }

        if (!Guid.TryParse(Id.Trim(), out var id))
        {
            Problem = "An id looks like 0b7e3a52-5d3c-4e0e-9c55-0a4d1f6c1e01.";
            return;
        }

        await Read(id, filter, ct);
    }

    /// <summary>Gives the visitor's account the badge, or takes it back.</summary>
    public async Task<IActionResult> OnPostBadgeAsync(Guid id, bool granted, CancellationToken ct) =>
        await sender.Send(new ChangeBadge(id, HttpContext.StaffId(), granted), ct) is Outcome<Nothing>.Refused
            ? NotFound()
            : RedirectToPage(new { id });

    private async Task Read(Guid id, LogFilter filter, CancellationToken ct)
    {
        var first = await histories.FirstOf(id, ct);
        if (first is not null)
        {
            await looks.HistoryViewed(id, HttpContext.StaffId(), ct);
        }

        var page = await histories.Of(id, After is { } after ? new(after) : null, PageSize, ct, filter);
        var account = await executor.Load(Account.Decider, id, ct);
        IsVerified = account.IsOpen ? account.IsVerified : null;
        Heading = $"{Kind(id, first)}{id:D}";
        Show(await TimelineView.Linked(page, log, new(accounts), ct), new { Id, Type, Who, Correlation, From, Until, After = Last(page) });
    }

    private async Task Search(LogFilter filter, CancellationToken ct)
    {
        var page = await log.Find(filter, Before, PageSize, ct);
        var subjects = Correlation is null ? null : await log.TouchedBy(page, ct);
        await looks.LogSearched(filter.Type, filter.Actor, filter.CorrelationId, filter.From, filter.Until, subjects, HttpContext.StaffId(), ct);
        IsWholeLog = true;
        Heading = Correlation is null ? "The whole log, the latest first" : "What belongs together, the latest first";
        Show(await TimelineView.Linked(page, log, new(accounts), ct), new { Type, Who, Correlation, From, Until, Before = Last(page) });
    }

    private void Show(TimelineView timeline, object next)
    {
        Shown = timeline;
        Next = timeline.Events.Count < PageSize ? null : Url.Page("History", next);
    }

    private async Task<LogFilter> Filter()
    {
        var (from, until) = (TimelineView.Moment(From), TimelineView.Moment(Until));
        (From, Until) = (from is null ? null : From, until is null ? null : Until);
        Type = Types.Contains(Type) ? Type : null;
        return new(Type, await Actor(), Correlation, from, until);
    }

    /// <summary>Whom they mean, as metadata has it; null where nobody is named.</summary>
    private async Task<string?> Actor()
    {
        Who = Who?.Trim();
        if (string.IsNullOrEmpty(Who) || Who == EventMetadata.System)
        {
            return string.IsNullOrEmpty(Who) ? null : Who;
        }

        if (Guid.TryParse(Who, out var id))
        {
            return await accounts.NameOf(id) is null ? EventMetadata.Visitor(id) : EventMetadata.Staff(id);
        }

        if (await accounts.IdOf(Who) is { } staffId)
        {
            return EventMetadata.Staff(staffId);
        }

        WhoProblem = "Nobody of the staff has that name.";
        return null;
    }

    /// <summary>What an id stands for: the stream that begins its history is its own, but for a visitor of whom only others told.</summary>
    private static string Kind(Guid id, HistoryEvent? first) => first is null ? string.Empty : new StreamName(first.Stream) switch
    {
        { Category: "match" } stream when stream.Id == id.ToString("D") => "Chat ",
        { Category: "case" } stream when stream.Id == id.ToString("D") => "Case ",
        { Category: "staff" } stream when stream.Id == id.ToString("D") => "Staff ",
        _ => "Visitor ",
    };

    private static string? Last(List<HistoryEvent> page) => page.Count == 0 ? null : page[^1].Position.ToString(CultureInfo.InvariantCulture);
}
