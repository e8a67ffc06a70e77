using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Screening;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening.Models;

namespace RandomChat.Infrastructure.Screening;

public static class ScreeningSetup
{
    public const string PolicyFileKey = "Screening:PolicyFile";
    public const string ModelsDirectoryKey = "Screening:ModelsDirectory";

    /// <summary>The layers that look at texts, the trained heads and the policy of the settings.</summary>
    /// <exception cref="ScreeningPolicyException">The policy cannot be used.</exception>
    /// <exception cref="ScreeningModelException">The trained heads cannot be used.</exception>
    public static IServiceCollection AddScreening(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton<ITextScreen, LocalTextScreen>()
        .AddSingleton<ITextClassifier>(HeadsOf(configuration))
        .AddSingleton(provider => new Classifiers(provider.GetService<ITextClassifier>()))
        .AddSingleton(PolicyOf(configuration));

    public static ScreeningPolicy PolicyOf(IConfiguration configuration) => ScreeningPolicyFile.Read(configuration[PolicyFileKey]);

    public static TrainedHeads HeadsOf(IConfiguration configuration) => new(configuration[ModelsDirectoryKey]);
}
