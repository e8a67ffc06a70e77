using RandomChat.Application;
using RandomChat.Application.Limits;
using RandomChat.Web.Identity;
using RandomChat.Web.Problems;

namespace RandomChat.Web.Captcha;

public static class CaptchaEndpoint
{
    public static IServiceCollection AddCaptcha(this IServiceCollection services) => services.AddSingleton<ICaptcha, ProofOfWork>();

    /// <summary>The refusal of a verdict, or null where it passed.</summary>
    public static Refusal? ToRefusal(this CaptchaVerdict verdict) => verdict switch
    {
        CaptchaVerdict.Passed => null,
        CaptchaVerdict.Required => new("captcha-required", "Please solve the captcha first."),
        _ => new("captcha-invalid", "The captcha is wrong, too old or used up. Please try again."),
    };

    public static void MapCaptcha(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/captcha", async (HttpContext context, ICaptcha captcha, ILimits limits) =>
        {
            // A challenge costs us a derivation.
            var limit = await limits.Take(LimitNames.Challenges, context.AddressKey(), context.RequestAborted);
            return limit.Allowed ? Results.Ok(captcha.NewChallenge()) : Problem.From(Refusal.RateLimited(limit.RetryAfter));
        });
}
