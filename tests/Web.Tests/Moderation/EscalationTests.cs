using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;
using RandomChat.Web.Moderation;
using RandomChat.Web.Tests.Hosting;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Moderation;

/// <summary>Several people report the same one, and nobody on the staff looks.</summary>
public sealed class EscalationTests(HubServer shared) : IClassFixture<HubServer>
{
    private readonly RunningServer server = shared.Server;

    [Fact]
    public async Task Enough_reports_become_a_warning_with_the_next_join_that_names_the_policy_and_no_match()
    {
        await using var ann = await HubVisitor.Enter(server.Address);
        var matches = new List<string>();
        for (var i = 0; i < EscalationPolicy.LeastReporters; i++)
        {
            Assert.Empty(await Bans(ann.Id));
            matches.Add(await MetAndReported(ann, "harassment"));
        }

        await Escalated(ann);
        Assert.Empty(await Bans(ann.Id));
        await ann.Join(Pair.Request());

        var notice = await ann.Next("notice");
        Assert.Equal(("warned", "warning"), (notice.Text("code"), notice.Text("severity")));
        Assert.Contains("Harassment", notice.Text("message"), StringComparison.Ordinal);
        Assert.All(matches, match => Assert.DoesNotContain(match, notice.GetRawText(), StringComparison.Ordinal));
        using var anybody = server.NewBrowser();
        Assert.DoesNotContain("/appeal", notice.Text("message"), StringComparison.Ordinal);
        var page = await anybody.GetStringAsync(notice.Text("appealUrl"));
        Assert.Contains("You were warned.", page, StringComparison.Ordinal);
        Assert.Contains("Automatically", page, StringComparison.Ordinal);
        Assert.Contains("Your side", page, StringComparison.Ordinal);

        // Shown once.
        await using var tab = await ann.AnotherTab();
        await tab.Call("resume", new Dictionary<string, object?>());
        Assert.Single((await Bans(ann.Id)).OfType<BanEvent.Told>());
    }

    [Fact]
    public async Task A_grave_breach_keeps_out_for_an_hour_from_the_next_join_on()
    {
        await using var ann = await HubVisitor.Enter(server.Address);
        for (var i = 0; i < EscalationPolicy.LeastReporters; i++)
        {
            await MetAndReported(ann, "hate");
        }

        await Escalated(ann);
        Assert.Empty(await Bans(ann.Id));
        Assert.Equal("banned", (await ann.Refused("join_queue", Pair.Request())).Code);

        var told = await ann.Next("banned");
        Assert.Equal("hate", told.Text("reason"));
        Assert.InRange(told.GetProperty("until").GetDateTimeOffset(), DateTimeOffset.UtcNow.AddMinutes(50), DateTimeOffset.UtcNow.AddHours(1));
        await ann.Closed;
    }

    [Fact]
    public async Task A_severe_one_takes_effect_at_once_where_one_of_the_reporters_was_right_before()
    {
        await using var ann = await HubVisitor.Enter(server.Address);
        await using var carl = await HubVisitor.Enter(server.Address);
        await using var bob = await HubVisitor.Enter(server.Address);
        await MetAndReported(carl, "spam", by: bob);
        await Upheld(carl);
        for (var i = 1; i < EscalationPolicy.LeastReporters; i++)
        {
            await MetAndReported(ann, "underage");
        }

        Assert.Empty(await Bans(ann.Id));
        await MetAndReported(ann, "underage", by: bob);

        var told = await ann.Next("banned");
        Assert.Equal(("underage", JsonValueKind.Null), (told.Text("reason"), told.GetProperty("until").ValueKind));
    }

    [Fact]
    public async Task Whoever_does_not_join_again_is_told_when_it_is_due()
    {
        await using var ann = await HubVisitor.Enter(server.Address);
        await MetAndReported(ann, "harassment");
        var (executor, now) = (server.Services.GetRequiredService<CommandExecutor>(), DateTimeOffset.UtcNow);
        await executor.Execute(
            Case.Decider, ReportPartnerHandler.CaseOf(ann.Id), new CaseCommand.Escalate(Guid.NewGuid(), "harassment", now, now), Guid.NewGuid(),
            EventMetadata.System, default);

        Assert.Equal("warned", (await ann.Next("notice")).Text("code"));
    }

    [Fact]
    public async Task Whoever_is_away_is_told_on_coming_back()
    {
        await using var ann = await HubVisitor.Enter(server.Address);
        await MetAndReported(ann, "harassment");
        await ann.DisposeAsync();
        var (executor, now) = (server.Services.GetRequiredService<CommandExecutor>(), DateTimeOffset.UtcNow);
        var caseId = ReportPartnerHandler.CaseOf(ann.Id);
        await executor.Execute(
            Case.Decider, caseId, new CaseCommand.Escalate(Guid.NewGuid(), "harassment", now, now), Guid.NewGuid(), EventMetadata.System, default);
        await Wait.Until(async () => (await executor.Load(Case.Decider, caseId, default)).Open.IsEmpty
            && server.Services.GetRequiredService<IBanIndex>().HasUntoldWarning(ann.Id));

        await using var back = await HubVisitor.Connect(server.Address, ann.Token, ann.Id);
        Assert.Equal("warned", (await back.Next("notice")).Text("code"));
    }

    [Fact(Explicit = true)]
    public async Task Reports_that_nobody_looked_at_when_they_came_are_looked_at_later()
    {
        await using var ann = await HubVisitor.Enter(server.Address);
        var match = await MetAndReported(ann, "harassment");
        var (executor, caseId) = (server.Services.GetRequiredService<CommandExecutor>(), ReportPartnerHandler.CaseOf(ann.Id));
        var first = (await executor.Load(Case.Decider, caseId, default)).Open.OfType<CaseEvent.Reported>().Single();
        for (var i = 1; i < EscalationPolicy.LeastReporters; i++)
        {
            // As if the node that recorded it had ended with its answer.
            var report = first with { ReportId = Guid.NewGuid(), MatchId = Guid.NewGuid(), ReporterId = Guid.NewGuid(), ReporterDeviceId = Guid.NewGuid() };
            await executor.Execute(Case.Decider, caseId, new CaseCommand.Report(report), Guid.NewGuid(), EventMetadata.System, default);
        }

        await Escalated(ann);
    }

    [Fact]
    public async Task What_is_due_comes_while_a_look_at_others_takes_its_time()
    {
        await using var own = await HubServer.With(services: services =>
            services.Remove(services.Single(service => service.ImplementationType == typeof(BanWatch))));
        var index = own.Services.GetRequiredService<IBanIndex>();
        Task Execute(Guid visitor, CaseCommand command) => own.Services.GetRequiredService<CommandExecutor>().Execute(
            Case.Decider, ReportPartnerHandler.CaseOf(visitor), command, Guid.NewGuid(), EventMetadata.System, default);
        Task Report(Guid visitor) => Execute(visitor, new CaseCommand.Report(new(
            ReportPartnerHandler.CaseOf(visitor), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), visitor, visitor,
            ReportReason.Harassment, null, "key", "sealed", "00", 0, DateTimeOffset.UtcNow)));

        var (looked, due) = (Guid.NewGuid(), Guid.NewGuid());
        for (var i = 0; i < EscalationPolicy.LeastReporters; i++)
        {
            await Report(looked);
        }

        await Wait.Until(() => Task.FromResult(index.EscalationsPossible().Count > 0));
        var (clock, records) = (new FakeTimeProvider(DateTimeOffset.UtcNow), new NoAnswer());
        using var watch = ActivatorUtilities.CreateInstance<BanWatch>(
            own.Services, clock, ActivatorUtilities.CreateInstance<Escalation>(own.Services, clock, records));
        await watch.StartAsync(default);
        await records.Asked;

        await Report(due);
        await Execute(due, new CaseCommand.Escalate(Guid.NewGuid(), "harassment", DateTimeOffset.UtcNow, DateTimeOffset.UtcNow));
        await Wait.Until(async () =>
        {
            clock.Advance(Escalation.Step);
            return (await Bans(due, own)).OfType<BanEvent.Warned>().Any();
        });
        records.Answer();
        await watch.StopAsync(default);
    }

    /// <summary>What was done about a visitor, and what they were told of it.</summary>
    private async Task<IReadOnlyList<BanEvent>> Bans(Guid visitor, RunningServer? at = null)
    {
        var events = new List<BanEvent>();
        await foreach (var recorded in (at ?? server).Services.GetRequiredService<IEventStore>().Read(StreamName.For("ban", visitor), 0, default))
        {
            events.Add((BanEvent)EventCodec.Default.Decode(recorded));
        }

        return events;
    }

    /// <summary>Somebody of the staff finds that what is open on somebody was right, and the read models know it.</summary>
    private async Task Upheld(HubVisitor reported)
    {
        var (executor, caseId) = (server.Services.GetRequiredService<CommandExecutor>(), ReportPartnerHandler.CaseOf(reported.Id));
        var device = (await executor.Load(Case.Decider, caseId, default)).Open.OfType<CaseEvent.Reported>().Single().ReporterDeviceId;
        await executor.Execute(
            Case.Decider, caseId, new CaseCommand.Decide(CaseOutcome.Upheld, null, Guid.NewGuid(), DateTimeOffset.UtcNow), Guid.NewGuid(),
            EventMetadata.System, default);
        await Wait.Until(async () => (await server.Services.GetRequiredService<IReporterRecords>().Find([device], default)).ContainsKey(device));
    }

    /// <summary>Somebody, new where nobody is named, meets her and reports her; she learns no more than that they left.</summary>
    private async Task<string> MetAndReported(HubVisitor ann, string reason, HubVisitor? by = null)
    {
        var request = Pair.Request();
        await using var somebody = by is null ? await HubVisitor.Enter(server.Address) : null;
        var bob = by ?? somebody!;
        await ann.Join(request);
        await bob.Join(request);
        var match = (await ann.Next("match_found")).Text("matchId");
        using var rest = bob.Rest();
        using var answer = await rest.Post("/api/report", new { matchId = match, reason });
        await answer.Json(HttpStatusCode.Created);
        Assert.Equal("stopped", (await ann.Next("end_session")).Text("reason"));
        return match;
    }

    /// <summary>Until the last report was looked at, which happens beside its answer.</summary>
    private Task Escalated(HubVisitor ann) => Wait.Until(() => Task.FromResult(server.Services.GetRequiredService<IBanIndex>().IsEscalated(ann.Id)));

    /// <summary>Records that take until the test says so.</summary>
    private sealed class NoAnswer : IReporterRecords
    {
        private readonly TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => asked.Task;

        public void Answer() => answered.SetResult();

        public async ValueTask<IReadOnlyDictionary<Guid, ReporterRecord>> Find(IReadOnlyCollection<Guid> deviceIds, CancellationToken ct)
        {
            asked.TrySetResult();
            await answered.Task;
            return new Dictionary<Guid, ReporterRecord>();
        }
    }
}
