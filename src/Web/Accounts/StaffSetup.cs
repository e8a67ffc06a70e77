using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace RandomChat.Web.Accounts;

public static class StaffSetup
{
    /// <summary>The staff's accounts, in Postgres where that is used, else in <c>staff.db</c> of the data directory, and the scheme that reads their tokens.</summary>
    public static IServiceCollection AddStaff(this IServiceCollection services, IConfiguration configuration)
    {
        var tables = new IdentityTables(configuration, StaffDb.Schema, ".Accounts.Migrations.");
        tables.AddTo<StaffMember, StaffDb>(services);
        services.AddOptions<StaffBootstrapOptions>().Bind(configuration.GetSection(StaffBootstrapOptions.Section))
            .Validate(
                o => string.IsNullOrEmpty(o.Username) == string.IsNullOrEmpty(o.Password),
                "Staff:Bootstrap needs both a Username and a Password, or neither.")
            .ValidateOnStart();
        services.AddOptions<StaffOptions>().Bind(configuration.GetSection(StaffOptions.Section));
        services.AddSingleton<StaffTokens>();
        services.AddSingleton<SecondFactor>();
        services.AddSingleton<StaffSignIn>();
        services.AddSingleton(provider => new StaffStore(provider.GetRequiredService<IServiceScopeFactory>(), tables.Dependency));
        services.AddSingleton<StaffSessions>();
        services.AddSingleton<StaffRecord>();
        services.AddSingleton<StaffChanges>();
        services.AddSingleton<StaffPasswords>();
        services.AddSingleton<StaffInvitations>();
        services.AddSingleton(provider => new StaffPasskeys(
            provider.GetRequiredService<StaffStore>(), new(provider.GetRequiredService<PasskeyChallenges>(), provider.GetRequiredService<IOptions<IdentityPasskeyOptions>>()),
            provider.GetRequiredService<StaffRecord>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new StaffAccounts(
            provider.GetRequiredService<StaffStore>(), provider.GetRequiredService<StaffSessions>(), provider.GetRequiredService<StaffTokens>(),
            provider.GetRequiredService<SecondFactor>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IOptions<StaffOptions>>().Value.RequireTwoFactor));
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, StaffAuthentication>(StaffIdentity.Scheme, null);
        services.AddAuthorizationBuilder().AddPolicy(StaffIdentity.Moderates, policy => policy
            .AddAuthenticationSchemes(StaffIdentity.Scheme).RequireRole(StaffRoles.Moderator, StaffRoles.Administrator))
            .AddPolicy(StaffIdentity.Reads, policy => policy
                .AddAuthenticationSchemes(StaffIdentity.Scheme).RequireRole(StaffRoles.Moderator, StaffRoles.Administrator, StaffRoles.Analyst))
            .AddPolicy(StaffIdentity.Enrols, policy => policy.AddAuthenticationSchemes(StaffIdentity.Scheme).RequireAuthenticatedUser())
            .AddPolicy(StaffIdentity.Administers, policy => policy
                .AddAuthenticationSchemes(StaffIdentity.Scheme).RequireRole(StaffRoles.Administrator))
            .AddPolicy(StaffIdentity.HandlesSevere, policy => policy
                .AddAuthenticationSchemes(StaffIdentity.Scheme).RequireRole(StaffRoles.Moderator, StaffRoles.Administrator).RequireClaim(StaffRoles.Severe));
        services.AddSingleton(tables.Migrations);
        services.AddHostedService<StaffBootstrap>();
        return services;
    }
}
