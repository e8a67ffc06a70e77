using Mediator;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;
using RandomChat.Web.Api;
using RandomChat.Web.Identity;
using RandomChat.Web.Input;
using RandomChat.Web.Problems;
using RandomChat.Web.Realtime;

namespace RandomChat.Web.Moderation;

/// <summary><c>POST /api/appeals</c>.</summary>
public static class AppealEndpoints
{
    private const int LongestToken = 256;

    public static IServiceCollection AddBans(this IServiceCollection services) => services
        .AddSingleton<BanSecrets>()
        .AddSingleton<IDeviceMarks>(provider => provider.GetRequiredService<BanSecrets>())
        .AddSingleton<IAppealLinks>(provider => provider.GetRequiredService<BanSecrets>())
        .AddSingleton<AddressBans>()
        .AddHostedService<BanWatch>()
        .AddHostedService<VerdictWatch>()
        .AddHostedService<PreservationWatch>();

    public static void MapAppeals(this IEndpointRouteBuilder endpoints) => endpoints.MapPost("/api/appeals", Post)
        .Makes("Appeal against a warning or a ban, by the token of its appealUrl", typeof(AppealBody), typeof(FiledAppeal), StatusCodes.Status201Created,
            "forbidden", "not-found", "conflict", "rate-limited");

    private static async Task<IResult> Post(HttpContext http, ISender sender, CancellationToken ct)
    {
        var (json, problem) = await JsonBody.Read(http.Request, ct);
        if (problem is not null)
        {
            return problem;
        }

        var fields = new Fields(json);
        var (token, statement) = (fields.String("token", LongestToken), fields.String("statement", Ban.MaximumStatementLength));
        if (fields.Refusal is { } invalid)
        {
            return Problem.From(invalid);
        }

        var outcome = await sender.Send(new FileAppeal(token, statement, http.AddressKey()), ct);
        return outcome.ToResult(filed => Results.Json(filed, WireJson.Options, statusCode: StatusCodes.Status201Created));
    }
}
