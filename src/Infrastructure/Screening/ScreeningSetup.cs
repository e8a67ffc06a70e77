using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Application.Screening;
using RandomChat.Domain.Moderation;

namespace RandomChat.Infrastructure.Screening;

public static class ScreeningSetup
{
    public const string PolicyFileKey = "Screening:PolicyFile";

    /// <summary>The layers that look at texts, and the policy of the settings.</summary>
    /// <exception cref="ScreeningPolicyException">The policy cannot be used.</exception>
    public static IServiceCollection AddScreening(this IServiceCollection services, IConfiguration configuration) => services
        .AddSingleton<ITextScreen, LocalTextScreen>()
        .AddSingleton(provider => new Classifiers(provider.GetService<ITextClassifier>()))
        .AddSingleton(PolicyOf(configuration));

    public static ScreeningPolicy PolicyOf(IConfiguration configuration) => ScreeningPolicyFile.Read(configuration[PolicyFileKey]);
}
