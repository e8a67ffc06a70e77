using System.CommandLine;
using System.Globalization;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Infrastructure.Secrets;
using RandomChat.Projections.Engine;
using RandomChat.Projections.Keys;

namespace RandomChat.Projections.Commands;

/// <summary>Those of <c>keys</c> that renew what tokens are made with and what is derived from the pepper.</summary>
internal static class SecretCommands
{
    /// <summary>Longer than servers take to read what is new, and than their clocks may differ by what the framework allows for.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromMinutes(10);

    public static Command RenewTokens(IConfiguration settings)
    {
        var lead = In();
        var revoke = new Option<DateTimeOffset?>("--revoke-before")
        {
            Description = "Signs out everybody whose token was made with a key from before this moment, and forgets their browsers, which bans follow; begins at once. Only where keys were stolen",
        };
        var command = new Command("renew-tokens", "A new key for tokens and cookies; what older ones made goes on to be taken, so nobody is signed out") { lead, revoke };
        command.SetAction(async (parsed, ct) =>
        {
            await using var places = await WrappedPlaces.OpenProved(settings, ct);
            await using var provider = Tokens(places.Secrets);
            var manager = provider.GetRequiredService<IKeyManager>();
            var now = TimeProvider.System.GetUtcNow();
            var begins = parsed.GetValue(revoke) is null ? now + (parsed.GetValue(lead) ?? Lead) : now;
            var key = manager.CreateNewKey(begins, begins + TokenKeySetup.KeyLife);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"token key {key.KeyId:D} makes tokens from {begins:u}. Those of before are taken until they end."));
            if (parsed.GetValue(revoke) is { } before)
            {
                // After the new one: in between no server may find itself without a key.
                var revoked = before < now ? before : now;
                manager.RevokeAllKeys(revoked);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Keys from before {revoked:u} are revoked: whoever has a token of theirs is signed out within half a minute, and browsers that bans follow are forgotten."));
            }

            return ExitCodes.Success;
        });
        return command;
    }

    public static Command RenewPepper(IConfiguration settings)
    {
        var lead = In();
        var command = new Command("renew-pepper", "A new generation of what addresses, marks of browsers, appeal links and captchas are keyed with; older ones are recognised") { lead };
        command.SetAction(async (parsed, ct) =>
        {
            await using var places = await WrappedPlaces.OpenProved(settings, ct);
            var generation = ServerSecrets.Add(places.Secrets, TimeProvider.System.GetUtcNow() + (parsed.GetValue(lead) ?? Lead));
            Console.WriteLine($"pepper {generation.Name} derives from {generation.Begins:u}. What was keyed before is recognised; limits and suspicion count afresh then.");
            return ExitCodes.Success;
        });
        return command;
    }

    public static Command RetirePepper(IConfiguration settings)
    {
        var command = new Command("retire-pepper", "Takes out generations of the pepper that nothing in force was keyed with; reads the log for the bans that are");
        command.SetAction(async (_, ct) =>
        {
            await using var places = WrappedPlaces.Open(settings);
            await using var session = Session.Open(settings);
            var now = TimeProvider.System.GetUtcNow();
            var oldest = await Progress.Show("reading the log", 0, passed => LiveMarks.Oldest(session.Log, now, passed, ct));
            var generations = ServerSecrets.List(places.Secrets);
            foreach (var (generation, next) in generations.Zip(generations.Skip(1)))
            {
                if (PepperRetirement.Why(next, oldest, now) is { } why)
                {
                    Console.WriteLine($"pepper {generation.Name} stays: {why}");
                    break;
                }

                places.Secrets.RemoveRandom(generation.Name);
                Console.WriteLine($"pepper {generation.Name} was taken out. Appeal links from before {next.Begins:u} do not open any more; whoever is sanctioned finds a new one where they are told of it.");
            }

            return ExitCodes.Success;
        });
        return command;
    }

    /// <summary>The keys of tokens, without what makes them keys.</summary>
    public static IReadOnlyCollection<IKey> TokenKeys(ISecretStore secrets)
    {
        using var provider = Tokens(secrets);
        return provider.GetRequiredService<IKeyManager>().GetAllKeys();
    }

    private static ServiceProvider Tokens(ISecretStore secrets) =>
        new ServiceCollection().AddLogging().AddSingleton(secrets).AddSingleton(TimeProvider.System).AddTokenKeys().BuildServiceProvider();

    private static Option<TimeSpan?> In()
    {
        var lead = new Option<TimeSpan?>("--in")
        {
            Description = "When it begins, from now; ten minutes unless told otherwise. Servers have to have read it by then: they look every twenty seconds",
        };
        lead.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<TimeSpan?>() < TimeSpan.Zero)
            {
                given.AddError("--in is a time from now, and not one before.");
            }
        });
        return lead;
    }
}
