using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using RandomChat.Projections.Moderation;

namespace RandomChat.Web.Pages;

/// <summary>The transparency reports that are public, the latest first.</summary>
public sealed class TransparencyReportsModel(TransparencyQueries transparency) : PageModel
{
    private const int PageSize = 50;

    /// <summary>A position: only those published before.</summary>
    [BindProperty(SupportsGet = true)]
    public long? Before { get; set; }

    public IReadOnlyList<PublishedReport> Reports { get; private set; } = [];

    /// <summary>Where the page before this one begins; null where there is none.</summary>
    public long? Older { get; private set; }

    public async Task OnGetAsync(CancellationToken ct)
    {
        var found = await transparency.Published(Before, PageSize + 1, ct);
        Reports = [.. found.Take(PageSize)];
        Older = found.Count > PageSize ? Reports[^1].Position : null;
    }
}
