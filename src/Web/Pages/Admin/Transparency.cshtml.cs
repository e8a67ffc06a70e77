using System.Globalization;
using System.Text;
using Mediator;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Export;
using RandomChat.Projections.Moderation;
using RandomChat.Web.Accounts;

namespace RandomChat.Web.Pages.Admin;

/// <summary>The numbers of a period, to be read by the staff and published by administrators.</summary>
[Authorize(Policy = StaffIdentity.Reads)]
public sealed class TransparencyModel(
    TransparencyQueries transparency, ITransparencyNumbers numbers, PublicReports reports, ISender sender, IAuthorizationService authorization,
    TimeProvider clock) : PageModel
{
    private const int MostListed = 12;

    /// <summary>Whoever reads waits no longer for what happened a moment ago.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.5);

    [BindProperty(SupportsGet = true)]
    public string? From { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Until { get; set; }

    /// <summary>Last month where none was asked for.</summary>
    public TransparencyPeriod Period { get; private set; }

    /// <summary>As they are counted now, or as they were published; null where what was asked for is no period.</summary>
    public IReadOnlyList<TransparencyLine>? Lines { get; private set; }

    /// <summary>Null where the report is not public.</summary>
    public TransparencyEvent.Published? Public { get; private set; }

    /// <summary>The latest first.</summary>
    public IReadOnlyList<PublishedReport> Published { get; private set; } = [];

    /// <summary>Whether something that happened is not counted in <see cref="Lines"/> yet; never of a public report.</summary>
    public bool IsBehind { get; private set; }

    public bool MayPublish { get; private set; }

    public string? Problem { get; private set; }

    /// <summary>A day as a form writes it.</summary>
    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public Task OnGetAsync(CancellationToken ct) => Load(ct);

    /// <summary>The numbers as the staff see them, as CSV.</summary>
    public async Task<IActionResult> OnGetFileAsync(CancellationToken ct)
    {
        await Load(ct);
        if (Lines is not { } lines)
        {
            return NotFound();
        }

        var file = new StringBuilder("period,measure,policy,value\r\n");
        foreach (var line in lines)
        {
            file.Append(Csv.Line(Period.ToString(), line.Measure, line.Policy, line.Value?.ToString(CultureInfo.InvariantCulture))).Append("\r\n");
        }

        return File(Encoding.UTF8.GetBytes(file.ToString()), "text/csv; charset=utf-8", $"transparency-{Period}.csv");
    }

    public async Task<IActionResult> OnPostPublishAsync(CancellationToken ct)
    {
        if (!await May(StaffIdentity.Administers))
        {
            return Forbid();
        }

        if (Read() is not { } period)
        {
            return BadRequest();
        }

        if (await sender.Send(new PublishReport(period, HttpContext.StaffId()), ct) is Outcome<Nothing>.Refused { Refusal: var refusal })
        {
            Response.StatusCode = Problems.Problem.StatusOf(refusal.Code);
            await Load(ct);
            Problem = PageWords.Alone(refusal);
            return Page();
        }

        return Redirect($"/admin/transparency?from={Day(period.From)}&until={Day(period.Until)}");
    }

    private async Task Load(CancellationToken ct)
    {
        var lastMonth = clock.GetUtcNow().AddMonths(-1);
        var period = Read();
        Period = period ?? TransparencyPeriod.Month(lastMonth.Year, lastMonth.Month);
        MayPublish = await May(StaffIdentity.Administers);
        Published = await transparency.Published(null, MostListed, ct);
        if (period is null && (From ?? Until) is not null)
        {
            Problem = "A period ends after it begins, and lasts a year at most.";
            return;
        }

        Public = await reports.Find(Period, ct);
        IsBehind = Public is null && !await numbers.AreComplete(Patience, ct);
        Lines = Public?.Lines ?? await numbers.Count(Period, ct);
    }

    private TransparencyPeriod? Read() => TransparencyPeriod.Parse($"{From}..{Until}");

    private async Task<bool> May(string policy) => (await authorization.AuthorizeAsync(User, policy)).Succeeded;
}
