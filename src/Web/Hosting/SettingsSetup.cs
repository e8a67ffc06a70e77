using Microsoft.Extensions.Options;
using RandomChat.Application.Bots;
using RandomChat.Application.Limits;
using RandomChat.Application.Matches;
using RandomChat.Application.Matchmaking;
using RandomChat.Application.Screening;
using RandomChat.Application.Settings;
using RandomChat.Domain.Matchmaking;
using RandomChat.Infrastructure.Settings;
using RandomChat.Web.Captcha;
using RandomChat.Web.Turn;
using RandomChat.Web.Video;

namespace RandomChat.Web.Hosting;

/// <summary>Typed settings, each checked before the server listens.</summary>
public static class SettingsSetup
{
    public static IServiceCollection AddSettings(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RetentionOptions>().Bind(configuration.GetSection(RetentionOptions.Section))
            .Validate(o => o.Messages > TimeSpan.Zero, "Retention:Messages must be longer than zero, e.g. 1.00:00:00 for a day.")
            .Validate(o => o.Visitors > TimeSpan.Zero, "Retention:Visitors must be longer than zero, e.g. 30.00:00:00 for 30 days.")
            .Validate(o => o.Cases > TimeSpan.Zero, "Retention:Cases must be longer than zero, e.g. 180.00:00:00 for 180 days.")
            .Validate(o => o.SevereCases >= o.Cases, "Retention:SevereCases must be no shorter than Retention:Cases, e.g. 365.00:00:00 for 365 days.")
            .ValidateOnStart();
        services.AddOptions<MatchingOptions>().Bind(configuration.GetSection(MatchingOptions.Section))
            .Validate(o => o.Timeout > TimeSpan.Zero, "Matching:Timeout must be longer than zero, e.g. 00:00:20.")
            .Validate(o => o.InterestPatience >= TimeSpan.Zero, "Matching:InterestPatience must not be negative.")
            .Validate(o => o.ReconnectGrace >= TimeSpan.Zero, "Matching:ReconnectGrace must not be negative.")
            .Validate(o => o.RematchWindow >= TimeSpan.Zero, "Matching:RematchWindow must not be negative; zero switches it off.")
            .ValidateOnStart();
        services.AddOptions<MatchOptions>().Configure<IOptions<MatchingOptions>, IOptions<RetentionOptions>, IOptions<IceOptions>>((match, matching, retention, ice) =>
        {
            match.ReconnectGrace = matching.Value.ReconnectGrace;
            match.MessageRetention = retention.Value.Messages;
            match.HidesAddresses = ice.Value.Policy == "relay";
        });
        services.AddOptions<LobbyOptions>().Configure<IOptions<MatchingOptions>>((lobby, matching) =>
        {
            lobby.Timeout = matching.Value.Timeout;
            lobby.Rules = PairingRules.Default with
            {
                InterestPatience = matching.Value.InterestPatience,
                RematchWindow = matching.Value.RematchWindow,
            };
        });
        services.AddOptions<CaptchaOptions>().Bind(configuration.GetSection(CaptchaOptions.Section))
            .Validate(o => Enum.IsDefined(o.Mode), "Captcha:Mode is always, suspicious or off.")
            .Validate(o => o.Cost is >= 1 and <= 1_000_000, "Captcha:Cost is 1 to 1000000 iterations.")
            .Validate(o => o.MaximumCounter is >= 2 and <= 1_000_000, "Captcha:MaximumCounter is 2 to 1000000.")
            .ValidateOnStart();
        services.AddOptions<LimitOptions>().Bind(configuration.GetSection(LimitOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LimitOptions>, LimitValidation>();
        services.AddOptions<BotOptions>().Configure<IOptions<LimitOptions>, IOptions<CaptchaOptions>>((bots, limits, captcha) =>
            bots.Enabled = limits.Value.Enabled || captcha.Value.Mode != CaptchaMode.Off);
        services.AddOptions<ScreeningOptions>().Bind(configuration.GetSection(ScreeningOptions.Section))
            .Validate(o => o.ModelCpuShare is >= 0 and <= 1, "Screening:ModelCpuShare is 0 to 1, e.g. 0.1 for a tenth of one core.")
            .ValidateOnStart();
        services.AddOptions<IceOptions>().Configure(options => Read(options, configuration)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IceOptions>, IceValidation>();
        services.AddOptions<VideoOptions>().Bind(configuration.GetSection(VideoOptions.Section)).ValidateOnStart();
        return services;
    }

    private static void Read(IceOptions options, IConfiguration configuration)
    {
        options.StunUrls = configuration.List("Stun:Urls");
        options.TurnUrls = configuration.List("Turn:Urls");
        options.TurnSecret = configuration["Turn:Secret"];
        options.TurnTtl = configuration.GetValue("Turn:Ttl", options.TurnTtl);
        options.Policy = configuration["Ice:Policy"] is { Length: > 0 } policy ? policy : options.HasTurn ? "relay" : "all";
    }

    private sealed class LimitValidation : IValidateOptions<LimitOptions>
    {
        public ValidateOptionsResult Validate(string? name, LimitOptions options)
        {
            var wrong = options.ByName()
                .Where(limit => limit.Value is not { Permits: > 0, Burst: > 0 } || limit.Value.Window <= TimeSpan.Zero)
                .Select(limit => $"Limits:{limit.Key} needs Permits and Burst of 1 or more and a Window longer than zero; Limits:{limit.Key}:Enabled=false switches it off.")
                .ToArray();
            return wrong.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
        }
    }

    private sealed class IceValidation : IValidateOptions<IceOptions>
    {
        public ValidateOptionsResult Validate(string? name, IceOptions options)
        {
            var wrong = new List<string>();
            if (options.Policy is not ("relay" or "all"))
            {
                wrong.Add($"Ice:Policy is relay or all, not '{options.Policy}'.");
            }

            if (options.HasTurn && string.IsNullOrEmpty(options.TurnSecret))
            {
                wrong.Add("Turn:Urls is set, so Turn:Secret must be too: the static-auth-secret of the TURN server.");
            }

            if (options.TurnTtl <= TimeSpan.Zero)
            {
                wrong.Add("Turn:Ttl must be longer than zero, e.g. 01:00:00.");
            }

            wrong.AddRange(options.StunUrls
                .Where(url => !url.StartsWith("stun:", StringComparison.Ordinal) && !url.StartsWith("stuns:", StringComparison.Ordinal))
                .Select(url => $"Stun:Urls: '{url}' does not begin with stun: or stuns:"));
            wrong.AddRange(options.TurnUrls
                .Where(url => TurnUrl.Parse(url) is null)
                .Select(url => $"Turn:Urls: '{url}' is not like turn:turn.example:3478?transport=udp or turns:turn.example:5349 (TLS, over tcp)."));
            return wrong.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(wrong);
        }
    }
}
