using Microsoft.AspNetCore.Mvc;
using RandomChat.Application;
using RandomChat.Web.Pages;
using RandomChat.Web.Problems;

namespace RandomChat.Web.Accounts;

/// <summary>What the pages' script gets before it asks a device: options, or why there are none.</summary>
internal static class PasskeyAnswers
{
    public static IActionResult Options(Outcome<string> outcome) => outcome switch
    {
        Outcome<string>.Done { Value: var options } => new ContentResult { Content = options, ContentType = "application/json" },
        Outcome<string>.Refused { Refusal: var refusal } => Refused(refusal),
        _ => throw new InvalidOperationException("No such answer."),
    };

    public static IActionResult Refused(Refusal refusal) => new JsonResult(new { code = refusal.Code, detail = Words(refusal) })
    {
        StatusCode = Problem.StatusOf(refusal.Code),
    };

    public static string Words(Refusal refusal) => refusal.Code == "bad-credentials" ? "That is not your password." : PageWords.Alone(refusal);
}
