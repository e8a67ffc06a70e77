using Microsoft.EntityFrameworkCore;
using RandomChat.Application.Events;
using RandomChat.Application.Moderation;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Moderation;

/// <summary>Where a page of reports ended.</summary>
/// <param name="Rank">The place of the last one's case in the order; only of open ones.</param>
/// <param name="Position">Of its event.</param>
public sealed record DeskCursor(long Rank, long Position);

/// <summary>How much waits for the staff.</summary>
/// <param name="Lanes">Only those in which something does.</param>
/// <param name="OldestAppealAt">When it was filed; null where none waits.</param>
/// <param name="ReviewsDue">Bans for good that have to be looked at again by now.</param>
public sealed record Waiting(IReadOnlyDictionary<CaseLane, WaitingLane> Lanes, int Appeals, DateTimeOffset? OldestAppealAt, int ReviewsDue);

/// <param name="Count">Cases.</param>
/// <param name="OldestAt">When the report came that waits longest.</param>
/// <param name="WithinHour">Cases that wait for an hour or less.</param>
/// <param name="WithinDay">Cases that wait for a day or less, those of the hour among them.</param>
public sealed record WaitingLane(int Count, DateTimeOffset OldestAt, int WithinHour, int WithinDay);

/// <summary>How the staff kept up.</summary>
/// <param name="Decided">Reports.</param>
/// <param name="MedianSeconds">From a report to its first decision; null where none was decided.</param>
/// <param name="NinetyFifthSeconds">95 of 100 were decided within this.</param>
/// <param name="Appeals">Decided ones, of which so many were right.</param>
public sealed record DeskPace(int Decided, double? MedianSeconds, double? NinetyFifthSeconds, int Appeals, int Overturned);

/// <param name="DeviceId">The browser: whoever comes back as another visitor is the same one.</param>
public sealed record BusyReporter(Guid DeviceId, ReporterRecord Record);

/// <summary>What waits for the staff. Every question throws <see cref="DependencyUnavailableException"/> while the read models cannot be read.</summary>
public sealed class DeskQueries(ReadModels models) : IReporterRecords, IPreservedCases
{
    public async ValueTask<IReadOnlyDictionary<Guid, ReporterRecord>> Find(IReadOnlyCollection<Guid> deviceIds, CancellationToken ct)
    {
        var counts = await models.Ask<DeskDb, List<DecidedReports>>(
            db => db.Reports
                .Where(report => deviceIds.Contains(report.ReporterDeviceId) && report.IsConfirmed)
                .GroupBy(report => new { report.ReporterDeviceId, report.Status, report.IsFalse })
                .Select(group => new DecidedReports(group.Key.ReporterDeviceId, group.Key.Status, group.Key.IsFalse, group.Count()))
                .ToListAsync(ct),
            ct);
        return counts.GroupBy(count => count.DeviceId).ToDictionary(
            device => device.Key,
            device => new ReporterRecord(
                device.Where(count => count.Status == ReportStatus.Upheld).Sum(count => count.Count),
                device.Where(count => count.Status == ReportStatus.Dismissed).Sum(count => count.Count),
                device.Where(count => count.IsFalse).Sum(count => count.Count)));
    }

    /// <summary>The browsers whose reports people decided most often, and what they found of them.</summary>
    /// <param name="limit">At most so many.</param>
    public async Task<List<BusyReporter>> BusiestReporters(int limit, CancellationToken ct)
    {
        var busiest = await models.Ask<DeskDb, List<Guid>>(
            db => db.Reports
                .Where(report => report.IsConfirmed && report.ReporterDeviceId != Guid.Empty)
                .GroupBy(report => report.ReporterDeviceId)
                .OrderByDescending(device => device.Count()).ThenBy(device => device.Key)
                .Take(limit)
                .Select(device => device.Key)
                .ToListAsync(ct),
            ct);
        var records = await Find(busiest, ct);
        return [.. busiest.Where(records.ContainsKey).Select(device => new BusyReporter(device, records[device]))];
    }

    /// <summary>Reports and flags: the open ones by the priority of their cases, all others oldest first.</summary>
    /// <param name="status">Only those that stand so; null: all.</param>
    /// <param name="lane">Only those there; null: all.</param>
    /// <param name="after">Of the last one seen; null: from the beginning.</param>
    public Task<List<DeskReport>> Reports(ReportStatus? status, CaseLane? lane, DeskCursor? after, int limit, CancellationToken ct)
    {
        var (rank, position) = after ?? new(long.MinValue, 0);
        return models.Ask<DeskDb, List<DeskReport>>(
            db =>
            {
                var wanted = db.Reports.Where(report => (status == null || report.Status == status) && (lane == null || report.Lane == lane));
                var rest = status == ReportStatus.Open
                    ? wanted.Where(report => report.Rank >= rank && (report.Rank > rank || report.Position > position))
                        .OrderBy(report => report.Rank).ThenBy(report => report.Position)
                    : wanted.Where(report => report.Position > position).OrderBy(report => report.Position);
                return rest.Take(limit).ToListAsync(ct);
            },
            ct);
    }

    /// <summary>What is known of what is open in these cases; those are missing in which nothing is.</summary>
    public async Task<IReadOnlyDictionary<Guid, CaseSigns>> Signs(IReadOnlyCollection<Guid> caseIds, CancellationToken ct)
    {
        var cases = await models.Ask<DeskDb, List<DeskCase>>(db => db.Cases.Where(one => one.IsOpen && caseIds.Contains(one.CaseId)).ToListAsync(ct), ct);
        return cases.ToDictionary(one => one.CaseId, one => one.Signs());
    }

    /// <summary>A report, or null where there is none such, or none yet.</summary>
    public Task<DeskReport?> Report(Guid reportId, CancellationToken ct) => models.Ask<DeskDb, DeskReport?>(
        db => db.Reports.SingleOrDefaultAsync(report => report.ReportId == reportId, ct), ct);

    /// <summary>Bans that last, oldest first.</summary>
    /// <param name="reviewDue">Only those that have to be looked at again by now.</param>
    /// <param name="after">The position of the last one seen; null: from the beginning.</param>
    public Task<List<DeskBan>> Bans(bool reviewDue, DateTimeOffset now, long? after, int limit, CancellationToken ct)
    {
        var from = after ?? 0;
        return models.Ask<DeskDb, List<DeskBan>>(
            db =>
            {
                var lasting = db.Bans.Where(ban => ban.Position > from && (ban.Until == null || ban.Until > now));
                var wanted = reviewDue ? lasting.Where(ban => ban.ReviewDueAt <= now) : lasting;
                return wanted.OrderBy(ban => ban.Position).Take(limit).ToListAsync(ct);
            },
            ct);
    }

    /// <summary>Which of some cases few may see.</summary>
    public Task<HashSet<Guid>> Severe(IReadOnlyCollection<Guid> caseIds, CancellationToken ct) => models.Ask<DeskDb, HashSet<Guid>>(
        db => db.SevereCases.Where(severe => !severe.IsOver && caseIds.Contains(severe.CaseId)).Select(severe => severe.CaseId).ToHashSetAsync(ct), ct);

    public async Task<IReadOnlyList<Guid>> PreservedCases(CancellationToken ct) => await models.Ask<DeskDb, List<Guid>>(
        db => db.SevereCases.Select(severe => severe.CaseId).Union(db.Holds.Select(hold => hold.CaseId)).ToListAsync(ct), ct);

    public async Task<IReadOnlyList<SevereBan>> SevereBansAlone(CancellationToken ct)
    {
        string[] severe = [.. Policies.All.Where(policy => policy.IsSevere).Select(policy => policy.Code)];
        var bans = await models.Ask<DeskDb, List<DeskBan>>(db => db.Bans.Where(ban => severe.Contains(ban.Policy)).ToListAsync(ct), ct);
        var cases = await Severe([.. bans.Select(ban => ReportPartnerHandler.CaseOf(ban.VisitorId))], ct);
        return
        [
            .. bans.Where(ban => !cases.Contains(ReportPartnerHandler.CaseOf(ban.VisitorId)))
                .Select(ban => new SevereBan(ban.SanctionId, ban.VisitorId, ban.Policy, ban.By)),
        ];
    }

    public async Task<IReadOnlyList<Guid>> BannedForGood(CancellationToken ct) => await models.Ask<DeskDb, List<Guid>>(
        db => db.Bans.Where(ban => ban.Until == null).Select(ban => ban.VisitorId).Distinct().ToListAsync(ct), ct);

    /// <summary>The legal holds on cases, by case; one may be over by itself.</summary>
    public Task<Dictionary<Guid, DeskHold>> Holds(IReadOnlyCollection<Guid> caseIds, CancellationToken ct) => models.Ask<DeskDb, Dictionary<Guid, DeskHold>>(
        db => db.Holds.Where(hold => hold.ReleasedAt == null && caseIds.Contains(hold.CaseId)).ToDictionaryAsync(hold => hold.CaseId, ct), ct);

    /// <summary>Open cases of a lane, by their priority.</summary>
    /// <param name="after">The last one seen; null: from the beginning.</param>
    public Task<List<DeskCase>> OpenCases(CaseLane lane, CaseCursor? after, int limit, CancellationToken ct)
    {
        var (rank, caseId) = after ?? new(long.MinValue, Guid.Empty);
        return models.Ask<DeskDb, List<DeskCase>>(
            db => db.Cases.Where(one => one.IsOpen && one.Lane == lane && one.Rank >= rank && (one.Rank > rank || one.CaseId > caseId))
                .OrderBy(one => one.Rank).ThenBy(one => one.CaseId).Take(limit).ToListAsync(ct),
            ct);
    }

    /// <summary>Reports that were decided without anybody and that nobody has looked at since, latest first.</summary>
    /// <param name="handlesSevere">Whether those of severe cases are among them.</param>
    public Task<List<DeskReport>> ToLookOver(bool handlesSevere, int limit, CancellationToken ct) => models.Ask<DeskDb, List<DeskReport>>(
        db => ToLookOver(db, handlesSevere).OrderByDescending(report => report.Position).Take(limit).ToListAsync(ct), ct);

    /// <summary>What somebody of the staff looked at since a moment.</summary>
    public async Task<IReadOnlyCollection<CaseLook>> Looks(Guid staffId, DateTimeOffset since, CancellationToken ct) =>
        [.. (await models.Ask<DeskDb, List<DeskLook>>(db => db.Looks.Where(look => look.StaffId == staffId && look.At >= since).ToListAsync(ct), ct))
            .Select(look => new CaseLook(look.CaseId, look.At))];

    /// <summary>In how many cases there are such.</summary>
    /// <inheritdoc cref="ToLookOver(bool, int, CancellationToken)"/>
    public Task<int> CountToLookOver(bool handlesSevere, CancellationToken ct) => models.Ask<DeskDb, int>(
        db => ToLookOver(db, handlesSevere).Select(report => report.CaseId).Distinct().CountAsync(ct), ct);

    /// <summary>How much waits, and since when.</summary>
    /// <param name="now">By when a ban for good is due to be reviewed.</param>
    public Task<Waiting> Waiting(DateTimeOffset now, CancellationToken ct) => models.Ask<DeskDb, Waiting>(
        async db =>
        {
            var (hourAgo, dayAgo) = (now.AddHours(-1), now.AddDays(-1));
            var lanes = await db.Cases.Where(one => one.IsOpen).GroupBy(one => one.Lane)
                .Select(lane => new
                {
                    Lane = lane.Key,
                    Cases = lane.Count(),
                    OpenSince = lane.Min(one => one.OpenSince),
                    WithinHour = lane.Count(one => one.OpenSince >= hourAgo),
                    WithinDay = lane.Count(one => one.OpenSince >= dayAgo),
                }).ToListAsync(ct);
            var open = db.Appeals.Where(appeal => appeal.Outcome == null);
            return new Waiting(
                lanes.ToDictionary(lane => lane.Lane, lane => new WaitingLane(lane.Cases, lane.OpenSince, lane.WithinHour, lane.WithinDay)),
                await open.CountAsync(ct),
                (await open.OrderBy(appeal => appeal.Position).FirstOrDefaultAsync(ct))?.FiledAt,
                await db.Bans.CountAsync(ban => (ban.Until == null || ban.Until > now) && ban.ReviewDueAt <= now, ct));
        },
        ct);

    /// <summary>How long reports waited that were decided first at a moment or later, and what came of appeals decided then.</summary>
    public Task<DeskPace> Pace(DateTimeOffset since, CancellationToken ct) => models.Ask<DeskDb, DeskPace>(
        async db =>
        {
            var decided = db.Reports.Where(report => report.DecidedAt >= since);
            var count = await decided.CountAsync(ct);
            var (median, ninetyFifth) = ((double?)null, (double?)null);
            if (count > 0)
            {
                median = await decided.OrderBy(report => report.SecondsToDecision).Skip((int)Math.Ceiling(count * 0.5) - 1)
                    .Select(report => report.SecondsToDecision).FirstOrDefaultAsync(ct);

                // From its end: the database sorts no more than it skips.
                ninetyFifth = await decided.OrderByDescending(report => report.SecondsToDecision).Skip(count - (int)Math.Ceiling(count * 0.95))
                    .Select(report => report.SecondsToDecision).FirstOrDefaultAsync(ct);
            }

            var appeals = db.Appeals.Where(appeal => appeal.DecidedAt >= since);
            return new DeskPace(
                count, median, ninetyFifth, await appeals.CountAsync(ct), await appeals.CountAsync(appeal => appeal.Outcome == AppealOutcome.Overturned, ct));
        },
        ct);

    /// <summary>Appeals that nobody has decided, oldest first.</summary>
    public Task<List<DeskAppeal>> OpenAppeals(long? after, int limit, CancellationToken ct)
    {
        var from = after ?? 0;
        return models.Ask<DeskDb, List<DeskAppeal>>(
            db => db.Appeals.Where(appeal => appeal.Position > from && appeal.Outcome == null).OrderBy(appeal => appeal.Position).Take(limit).ToListAsync(ct), ct);
    }

    public Task<DeskAppeal?> Appeal(Guid appealId, CancellationToken ct) => models.Ask<DeskDb, DeskAppeal?>(
        db => db.Appeals.SingleOrDefaultAsync(appeal => appeal.AppealId == appealId, ct), ct);

    private static IQueryable<DeskReport> ToLookOver(DeskDb db, bool handlesSevere)
    {
        var all = db.Reports.Where(report => report.IsToLookOver);
        return handlesSevere ? all : all.Where(report => !db.SevereCases.Any(severe => !severe.IsOver && severe.CaseId == report.CaseId));
    }

    private sealed record DecidedReports(Guid DeviceId, ReportStatus Status, bool IsFalse, int Count);
}
