using RandomChat.Application;
using RandomChat.Application.Bots;
using RandomChat.Application.Limits;
using RandomChat.Domain.Moderation;
using RandomChat.Web.Api;
using RandomChat.Web.Identity;
using RandomChat.Web.Moderation;
using RandomChat.Web.Problems;

namespace RandomChat.Web.Captcha;

public static class CaptchaEndpoint
{
    public static IServiceCollection AddCaptcha(this IServiceCollection services) => services
        .AddSingleton<ProofOfWork>()
        .AddSingleton<ICaptcha>(provider => provider.GetRequiredService<ProofOfWork>());

    public static void MapCaptcha(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/captcha", async (HttpContext context, ProofOfWork captcha, IdentityCookies cookies, Suspicion suspicion, AddressBans bans, ILimits limits) =>
        {
            // A challenge costs us a derivation.
            var limit = await limits.Take(LimitNames.Challenges, context.AddressKey(), context.RequestAborted);
            var device = context.Visitor()?.DeviceId ?? cookies.ReadDevice(context);
            return limit.Allowed
                ? Results.Ok(captcha.NewChallenge((SuspicionStep)Math.Max((int)suspicion.StepFor(device, context.AddressKey()), (int)bans.LeastFor(context))))
                : Problem.From(Refusal.RateLimited(limit.RetryAfter));
        }).Gives("A proof-of-work challenge in ALTCHA's JSON", typeof(Challenge), "rate-limited");
}
