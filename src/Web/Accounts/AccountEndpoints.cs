using Mediator;
using RandomChat.Application.Accounts;
using RandomChat.Web.Api;
using RandomChat.Web.Identity;
using RandomChat.Web.Input;
using RandomChat.Web.Problems;
using RandomChat.Web.Realtime;

namespace RandomChat.Web.Accounts;

/// <summary><c>POST /api/register</c>, and the badge that the staff gives to accounts.</summary>
public static class AccountEndpoints
{
    public static void MapAccounts(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/api/register", Register).RequireAuthorization()
            .Makes("Make an account, which keeps the visitor", typeof(RegisterBody), typeof(RegisteredAnswer), StatusCodes.Status201Created,
                "banned", "conflict", "rate-limited");
        var badge = endpoints.MapGroup("/api/admin/visitors/{visitorId:guid}/badge").RequireAuthorization(StaffIdentity.Moderates);
        badge.MapPut("", (HttpContext context, Guid visitorId, ISender sender) => Change(context, visitorId, granted: true, sender))
            .Does("Give a visitor's account the verified badge", null, "not-found");
        badge.MapDelete("", (HttpContext context, Guid visitorId, ISender sender) => Change(context, visitorId, granted: false, sender))
            .Does("Take the badge back", null, "not-found");
    }

    private static async Task<IResult> Register(HttpContext context, Registration registration)
    {
        var (json, unreadable) = await JsonBody.Read(context.Request, context.RequestAborted);
        if (unreadable is not null)
        {
            return unreadable;
        }

        var fields = new Fields(json);
        var form = RegistrationForm.Read(fields);
        return fields.Refusal is { } invalid
            ? Problem.From(invalid)
            : (await registration.Try(context, context.Visitor()!, form, context.RequestAborted)).ToResult(registered => Results.Json(
                new { AccountId = registered.VisitorId, registered.Token, RecoveryCodes = registered.Recovery },
                WireJson.Options, statusCode: StatusCodes.Status201Created));
    }

    private static async Task<IResult> Change(HttpContext context, Guid visitorId, bool granted, ISender sender) =>
        (await sender.Send(new ChangeBadge(visitorId, context.StaffId(), granted), context.RequestAborted)).ToResult(_ => Results.NoContent());
}
