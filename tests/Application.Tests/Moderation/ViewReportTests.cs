using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Application.Settings;
using RandomChat.Application.Tests.Fakes;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Tests.Moderation;

/// <summary>Whoever opens evidence is told whether it is what was sealed.</summary>
public sealed class ViewReportTests
{
    private readonly World world = new();
    private readonly Guid visitor = Guid.NewGuid();

    [Theory]
    [InlineData("I asked you to stop.", true)]
    [InlineData("You may go on.", false)]
    public async Task Evidence_that_is_not_what_was_hashed_is_told(string sealedBody, bool isIntact)
    {
        var (reportId, now) = (Guid.NewGuid(), world.Clock.GetUtcNow());
        var hashed = EvidenceOf("I asked you to stop.");
        var key = await world.Sealer.TakeCaseKey(default);
        var caseId = ReportPartnerHandler.CaseOf(visitor);
        await world.Executor.Execute(
            Case.Decider, caseId,
            new CaseCommand.Report(new(
                caseId, reportId, Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), visitor, Guid.NewGuid(), ReportReason.Harassment, null, key,
                await world.Sealer.SealForCase(key, reportId, EvidenceOf(sealedBody), default),
                Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(hashed))), 1, now)),
            Guid.NewGuid(), EventMetadata.System, default);

        var preservation = new Preservation(world.Executor, world.Sealer, Options.Create(new RetentionOptions()), NullLogger<Preservation>.Instance);
        var viewed = Assert.IsType<Outcome<ViewedReport>.Done>(
            await new ViewReportHandler(world.Executor, world.Sealer, preservation, world.Clock).Handle(new(caseId, reportId, Guid.NewGuid()), default)).Value;

        Assert.Equal(isIntact, viewed.IsIntact);
        Assert.Equal(sealedBody, Assert.Single(viewed.Evidence!.Messages).Body);
    }

    private string EvidenceOf(string body) => JsonSerializer.Serialize(
        new Evidence(Guid.Empty, world.Clock.GetUtcNow(), [new(Guid.Empty, 1, visitor, body, world.Clock.GetUtcNow())]), EventCodec.Json);
}
