using System.Security.Cryptography;
using System.Text;
using Mediator;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Moderation;

/// <summary>Where the numbers of a transparency report come from.</summary>
public interface ITransparencyNumbers
{
    /// <summary>The numbers of some days, as they are counted now.</summary>
    /// <exception cref="DependencyUnavailableException">They cannot be read now.</exception>
    Task<IReadOnlyList<TransparencyLine>> Count(TransparencyPeriod period, CancellationToken ct);

    /// <summary>
    /// Whether all that is in the log by now is counted, by today's rules; false where what counts is further behind than it makes
    /// good within <paramref name="patience"/>, is being built or has stopped.
    /// </summary>
    /// <exception cref="DependencyUnavailableException">Log or numbers cannot be read now.</exception>
    Task<bool> AreComplete(TimeSpan patience, CancellationToken ct);
}

/// <summary>Makes the report of a period public, once; what is public already stays as it is.</summary>
/// <param name="By">Who of the staff.</param>
public sealed record PublishReport(TransparencyPeriod Period, Guid By) : IRequest<Outcome<Nothing>>;

public sealed class PublishReportHandler(CommandExecutor executor, ITransparencyNumbers numbers, TimeProvider clock)
    : IRequestHandler<PublishReport, Outcome<Nothing>>
{
    /// <summary>Numbers that are kept up are never so far behind.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async ValueTask<Outcome<Nothing>> Handle(PublishReport request, CancellationToken cancellationToken)
    {
        if (!request.Period.IsValid)
        {
            return Refusal.Invalid("from", "A period ends after it begins, and lasts a year at most.");
        }

        // It is for good, so nothing may be missing in it that happened before somebody asked.
        if (!await numbers.AreComplete(Patience, cancellationToken))
        {
            return new Refusal("unavailable", "Not everything that happened is counted yet. Nothing was published.");
        }

        var lines = await numbers.Count(request.Period, cancellationToken);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(PublicReports.File(request.Period, lines))));
        var executed = await executor.Execute(
            Transparency.Decider, PublicReports.IdOf(request.Period), new PublishTransparency(request.Period, lines, hash, request.By, clock.GetUtcNow()),
            Guid.NewGuid(), EventMetadata.Staff(request.By), cancellationToken);
        return executed is Executed<TransparencyEvent, TransparencyState>.Refused { Reason: var reason } ? Refusals.From(reason) : default(Nothing);
    }
}

/// <summary>What is public, as it was published: read from its event, so that it never changes.</summary>
public sealed class PublicReports(CommandExecutor executor)
{
    internal static Guid IdOf(TransparencyPeriod period) => DerivedId.From("transparency", Guid.Empty, period.ToString());

    /// <summary>The report of a period; null where it is not public.</summary>
    /// <exception cref="DependencyUnavailableException">The log cannot be read now.</exception>
    public async Task<TransparencyEvent.Published?> Find(TransparencyPeriod period, CancellationToken ct) =>
        (await executor.Load(Transparency.Decider, IdOf(period), ct)).Published;

    /// <summary>The public file, CSV: its hash is in the event, so how it is written never changes.</summary>
    public static string File(TransparencyPeriod period, IReadOnlyList<TransparencyLine> lines)
    {
        var file = new StringBuilder("period,measure,policy,value\r\n");
        foreach (var line in lines)
        {
            file.Append(period).Append(',').Append(line.Measure).Append(',').Append(line.Policy).Append(',').Append(Transparency.Shown(line)).Append("\r\n");
        }

        return file.ToString();
    }
}
