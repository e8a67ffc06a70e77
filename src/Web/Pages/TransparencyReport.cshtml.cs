using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;

namespace RandomChat.Web.Pages;

/// <summary>A public transparency report, as a page and, with <c>.csv</c> behind its period, as the file whose hash was recorded.</summary>
public sealed class TransparencyReportModel(PublicReports reports) : PageModel
{
    private const string AsFile = ".csv";

    public TransparencyPeriod Period { get; private set; }

    public TransparencyEvent.Published Report { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(string period, CancellationToken ct)
    {
        var isFile = period.EndsWith(AsFile, StringComparison.Ordinal);
        if (TransparencyPeriod.Parse(isFile ? period[..^AsFile.Length] : period) is not { } known || await reports.Find(known, ct) is not { } report)
        {
            return NotFound();
        }

        (Period, Report) = (known, report);
        return isFile
            ? File(System.Text.Encoding.UTF8.GetBytes(PublicReports.File(known, report.Lines)), "text/csv; charset=utf-8", $"transparency-{known}.csv")
            : Page();
    }
}
