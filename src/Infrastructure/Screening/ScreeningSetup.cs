using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RandomChat.Application.Screening;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening.Models;

namespace RandomChat.Infrastructure.Screening;

public static class ScreeningSetup
{
    public const string PolicyFileKey = "Screening:PolicyFile";
    public const string ModelsDirectoryKey = "Screening:ModelsDirectory";

    // Many times what scores of one text take.
    private const int LongestAnswer = 64 * 1024;

    /// <summary>The layers that look at texts, the trained heads and the policy of the settings.</summary>
    /// <exception cref="ScreeningPolicyException">The policy cannot be used.</exception>
    /// <exception cref="ScreeningModelException">The trained heads cannot be used.</exception>
    public static IServiceCollection AddScreening(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<HostedClassifierOptions>().Validate<ScreeningPolicy>(
            (hosted, policy) => hosted.Url is null || policy.Thresholds.Keys.Any(threshold => threshold.Model == HostedClassifier.Name),
            "Screening:Hosted:Url is set, but the screening policy has nothing under openai: texts would be sent away for nothing.");
        return services
            .AddSingleton<ITextScreen, LocalTextScreen>()
            .AddSingleton<ITextClassifier>(HeadsOf(configuration))
            .AddHostedClassifier(configuration)
            .AddSingleton(provider => new Classifiers(
                provider.GetService<ITextClassifier>(),
                provider.GetRequiredService<IOptions<HostedClassifierOptions>>().Value.Url is null ? null : provider.GetRequiredService<HostedClassifier>()))
            .AddSingleton(PolicyOf(configuration));
    }

    /// <summary>The classifier elsewhere.</summary>
    public static IServiceCollection AddHostedClassifier(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<HostedClassifierOptions>()
            .Configure(options => configuration.GetSection(HostedClassifierOptions.Section).Bind(options))
            .Validate(
                options => options.Url is null or { IsAbsoluteUri: true, Scheme: "https" or "http" },
                "Screening:Hosted:Url is a whole address, e.g. https://api.openai.com/v1/moderations.")
            .ValidateOnStart();
        services.AddHttpClient(HostedClassifier.ClientName)
            .ConfigureHttpClient((provider, client) =>
            {
                // How long it may take is the classifier's to say.
                client.Timeout = Timeout.InfiniteTimeSpan;
                client.MaxResponseContentBufferSize = LongestAnswer;
                if (provider.GetRequiredService<IOptions<HostedClassifierOptions>>().Value.ApiKey is { Length: > 0 } secret)
                {
                    client.DefaultRequestHeaders.Authorization = new("Bearer", secret);
                }
            })
            .RedactLoggedHeaders(["Authorization"]);
        return services.AddSingleton<HostedClassifier>();
    }

    public static ScreeningPolicy PolicyOf(IConfiguration configuration) => ScreeningPolicyFile.Read(configuration[PolicyFileKey]);

    public static TrainedHeads HeadsOf(IConfiguration configuration) => new(configuration[ModelsDirectoryKey]);
}
