using System.Text.Json;
using Htmx;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using RandomChat.Application;
using RandomChat.Application.Settings;
using RandomChat.Domain.Moderation;
using RandomChat.Web.Video;

namespace RandomChat.Web.Pages;

/// <summary>Searching, talking, and after it: one page, whose panel follows the visitor's state.</summary>
public sealed class ChatModel(ChatPages chat, TimeProvider time, IOptions<RetentionOptions> retention, IOptions<VideoOptions> video) : PageModel
{
    /// <summary>The visitor comes from the gate: the page joins the queue by itself.</summary>
    [BindProperty(SupportsGet = true, Name = "start")]
    public bool Start { get; set; }

    /// <summary>The visitor chose to go on although the first wait was in vain: shows the search again.</summary>
    [BindProperty(SupportsGet = true, Name = "goOn")]
    public bool GoOn { get; set; }

    /// <summary>The visitor is about to look for a video chat: shows what the camera sees first.</summary>
    [BindProperty(SupportsGet = true, Name = "preview")]
    public bool Preview { get; set; }

    public RoomView Room { get; private set; } = new RoomView.None(null);

    public LobbyFacts Facts { get; } = chat.Facts();

    public DateTimeOffset Now { get; } = time.GetUtcNow();

    public string Kept => PageWords.Span(retention.Value.Messages);

    /// <summary>Whether pictures stay blurred until both agreed.</summary>
    public bool ConsentBlur => video.Value.ConsentBlur;

    /// <summary>Nobody is looked for before one has seen oneself.</summary>
    public bool ShowsPreview => (Start || Preview) && Room is (RoomView.None or RoomView.Ended) && Request?.Mode == "video";

    public MatchView? Match => (Room as RoomView.Live)?.Match ?? (Room as RoomView.Ended)?.Match;

    /// <summary>What the page joins with, as the JSON of <c>join_queue</c>'s argument; null: not known here.</summary>
    public string? RequestJson => Request switch
    {
        null => null,
        var request => JsonSerializer.Serialize(request, JsonSerializerOptions.Web),
    };

    public new RequestView? Request => Room switch
    {
        RoomView.None none => none.Request,
        RoomView.Waiting waiting => waiting.Request,
        RoomView.Ended ended => ended.Request,
        _ => null,
    };

    public async Task<IActionResult> OnGetAsync(CancellationToken ct) =>
        await Load(ct) ? Page() : Redirect("/");

    /// <summary>The panel alone, after something happened on the connection.</summary>
    public async Task<IActionResult> OnGetPanelAsync(CancellationToken ct) =>
        await Load(ct) ? Partial("_Panel", this) : ToStart();

    public async Task<IActionResult> OnPostReportAsync(
        Guid matchId, string? reason, string? comment, bool block, CancellationToken ct)
    {
        if (ChatPages.VisitorOf(HttpContext) is not { } visitor)
        {
            return ToStart();
        }

        var outcome = string.IsNullOrEmpty(reason)
            ? Refusal.Invalid("reason", "Please choose what comes closest.")
            : await chat.Report(visitor, matchId, reason, comment, block, ct);
        if (outcome is Outcome<Nothing>.Refused refused)
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Partial("_Report", new ReportView(matchId, reason, comment, block, refused.Refusal));
        }

        Response.Htmx(htmx => htmx.WithTrigger("panel"));
        return Partial("_ReportSent", block);
    }

    public async Task<IActionResult> OnPostBlockAsync(Guid matchId, CancellationToken ct)
    {
        if (ChatPages.VisitorOf(HttpContext) is not { } visitor)
        {
            return ToStart();
        }

        if (await chat.Block(visitor, matchId, ct) is Outcome<Nothing>.Refused refused)
        {
            Response.Htmx(htmx => htmx.WithTrigger("problem", new { message = PageWords.For(refused.Refusal) }));
        }
        else
        {
            Response.Htmx(htmx => htmx.WithTrigger("blocked"));
        }

        return new NoContentResult();
    }

    private async Task<bool> Load(CancellationToken ct)
    {
        Response.Headers.Vary = "HX-Request";
        Response.Headers.CacheControl = "no-store";
        if (ChatPages.VisitorOf(HttpContext) is not { } visitor)
        {
            return false;
        }

        Room = await chat.Room(visitor, ct);
        if (Start && Room is RoomView.Ended)
        {
            // The gate was passed again, perhaps with another wish.
            Room = await chat.Asked(visitor, ct);
        }

        return Room is not RoomView.None { Request: null };
    }

    private NoContentResult ToStart()
    {
        Response.Htmx(htmx => htmx.Redirect("/"));
        return new NoContentResult();
    }
}

/// <summary>The report's form, empty or as it was refused.</summary>
public sealed record ReportView(Guid? MatchId, string? Reason, string? Comment, bool Block, Refusal? Refusal)
{
    public static ReportView Empty { get; } = new(null, null, null, true, null);

    /// <summary>The contract's codes with the words that visitors read.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Reasons { get; } =
        [.. Policies.All.Where(policy => policy.Reason is not null).Select(policy => KeyValuePair.Create(policy.Code, policy.Title))];
}
