using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Moderation;

/// <summary>A server of a test's own on which days pass when a test says so; tokens of the staff end with them.</summary>
public abstract class ShiftedDesk : IAsyncLifetime
{
    private readonly ShiftedClock clock = new();

    private protected RunningServer Server { get; private set; } = null!;

    private protected DateTimeOffset Now => clock.GetUtcNow();

    public async ValueTask InitializeAsync() =>
        Server = await HubServer.With(Moderator.Unlimited, services: services => services.AddSingleton<TimeProvider>(clock));

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected Task<HttpClient> Morgan() => Moderator.SignIn(Server.Address);

    private protected void Pass(TimeSpan ahead) => clock.Ahead = ahead;

    /// <summary>The days have passed, and the retention has run.</summary>
    private protected async Task Later(TimeSpan ahead)
    {
        Pass(ahead);
        var sealer = Server.Services.GetRequiredService<Sealer>();
        await sealer.DestroyDue(default);
        await sealer.EnsureReady(default);
    }

    /// <summary>Bob reports Ann for what she said.</summary>
    private protected async Task<(Guid ReportId, Guid CaseId)> Reported(Pair pair, string said, string reason)
    {
        await pair.Ann.Say(pair.MatchId, said);
        var report = await pair.Report(reason, "what Bob says");
        using var morgan = await Morgan();
        JsonElement listed = default;
        await Wait.Until(async () =>
        {
            listed = await Listed(morgan, report);
            return listed.ValueKind == JsonValueKind.Object;
        });
        return (report, listed.GetProperty("caseId").GetGuid());
    }

    /// <summary>Undefined where it is not there yet.</summary>
    private protected static async Task<JsonElement> Listed(HttpClient staff, Guid report) =>
        (await staff.Reports()).FirstOrDefault(item => item.GetProperty("reportId").GetGuid() == report);
}
