using System.Globalization;
using Mediator;
using RandomChat.Application;
using RandomChat.Application.Moderation;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Moderation;
using RandomChat.Projections.Moderation;
using RandomChat.Web.Accounts;
using RandomChat.Web.Api;
using RandomChat.Web.Input;
using RandomChat.Web.Problems;
using RandomChat.Web.Realtime;

namespace RandomChat.Web.Moderation;

/// <summary>What moderators do over REST: reports, bans and appeals. Who they are is in their token, never in a request.</summary>
public static class AdminEndpoints
{
    private const int LongestCode = 32;
    private const int LongestStatement = Domain.Moderation.Ban.MaximumStatementLength;
    private const int UsualPage = 50;
    private const int LongestPage = 200;

    private static readonly (string Name, string Meaning) Knowingly = ("knowingly", "true: whoever asks knows that somebody else looked into this severe case");

    public static void MapAdmin(this IEndpointRouteBuilder endpoints)
    {
        var admin = endpoints.MapGroup("/api/admin").RequireAuthorization(StaffIdentity.Moderates);
        admin.MapGet("/reports", Reports).Lists(
            "Reports and what was flagged without one; the open ones by priority", typeof(PageOf<ReportItem>),
            ("status", "open, upheld or dismissed"), ("lane", "urgent, normal or automated"));
        admin.MapGet("/reports/{reportId:guid}", Report).Describes(new(
            "A report with its evidence; claims the case, and is recorded", null, typeof(ReportAnswer), StatusCodes.Status200OK, ["not-found", "conflict"])
        {
            Query = [Knowingly],
        });
        admin.MapPost("/cases/{caseId:guid}/dismiss", Dismiss).Does("The open reports of a case that were seen lead to nothing", null, "not-found", "conflict");
        admin.MapPost("/cases/{caseId:guid}/uphold", Uphold).Makes(
            "What is open in a case and was seen was right; with a statement the ladder says what comes of it", typeof(UpholdBody), typeof(UpheldReports),
            StatusCodes.Status200OK, "not-found", "conflict");
        admin.MapPost("/cases/{caseId:guid}/hold", Hold).RequireAuthorization(StaffIdentity.HandlesSevere).Makes(
            "Place a legal hold on the evidence of a case", typeof(HoldBody), typeof(HeldCase), StatusCodes.Status200OK, "not-found", "conflict");
        admin.MapDelete("/cases/{caseId:guid}/hold", Release).RequireAuthorization(StaffIdentity.HandlesSevere)
            .Does("Lift a legal hold", typeof(ReleaseBody), "not-found", "conflict");
        admin.MapPost("/cases/{caseId:guid}/package", Package).RequireAuthorization(StaffIdentity.HandlesSevere).Describes(new(
            "The evidence of a case as a ZIP for authorities; is recorded", null, null, StatusCodes.Status200OK, ["not-found", "conflict"])
        {
            Query = [Knowingly],
            MediaType = "application/zip",
        });
        admin.MapGet("/bans", Bans).Lists(
            "Bans that last, oldest first", typeof(PageOf<BanItem>), ("reviewDue", "true: those that have to be looked at again"));
        admin.MapPost("/bans", Ban).Makes(
            "Ban a visitor, which takes effect at once", typeof(BanBody), typeof(IssuedBan), StatusCodes.Status201Created, "not-found", "conflict");
        admin.MapPost("/bans/{visitorId:guid}/review", Review).Does("Keep a ban for good that is due to be looked at", typeof(StatementBody), "not-found", "conflict");
        admin.MapDelete("/bans/{visitorId:guid}", Lift).Does("Lift a ban", typeof(StatementBody), "not-found", "conflict");
        admin.MapGet("/rules", Rules).Gives("How precise every rule is that acts by itself", typeof(RulesAnswer));
        admin.MapGet("/appeals", Appeals).Lists("Appeals that wait, oldest first", typeof(AppealsAnswer));
        admin.MapPost("/appeals/{appealId:guid}", Decide).Does("Decide an appeal", typeof(DecisionBody), "not-found", "conflict");
    }

    private static async Task<IResult> Reports(HttpContext http, DeskQueries desk, ISealer sealer, TimeProvider clock, CancellationToken ct)
    {
        var query = http.Request.Query;
        if (!TryRead<ReportStatus>(query, "status", out var status))
        {
            return Problem.From(Refusal.Invalid("status", "It is open, upheld or dismissed."));
        }

        if (!TryRead<CaseLane>(query, "lane", out var lane) || lane == CaseLane.Severe)
        {
            return Problem.From(Refusal.Invalid("lane", "It is urgent, normal or automated."));
        }

        // The order of open ones is another one, and so is where a page of them ends.
        var isRanked = status == ReportStatus.Open;
        if (Limit(query) is not { } limit || !TryReadCursor(query, isRanked, out var after))
        {
            return Problem.From(Refusal.Invalid("after", "It is the next of an earlier answer; limit is 1 to 200."));
        }

        var page = await desk.Reports(status, lane, after, limit, ct);
        Guid[] cases = [.. page.Select(report => report.CaseId).Distinct()];
        var signs = await desk.Signs([.. page.Where(report => report.Status == ReportStatus.Open).Select(report => report.CaseId).Distinct()], ct);
        var holds = await desk.Holds(cases, ct);
        var restricted = await http.HandlesSevere() ? [] : await desk.Severe(cases, ct);
        var now = clock.GetUtcNow();
        var items = new List<object>(page.Count);
        foreach (var report in page)
        {
            var (hold, isRestricted) = (holds.GetValueOrDefault(report.CaseId), restricted.Contains(report.CaseId));
            items.Add(Item(
                report,
                report.Comment is { } comment && !isRestricted ? await sealer.OpenForCase(report.ReportId, comment, ct) : null,
                report.Status == ReportStatus.Open && signs.TryGetValue(report.CaseId, out var known) ? PriorityPolicy.Judge(known, now) : null,
                isRestricted,
                hold is null || hold.Until <= now ? null : hold));
        }

        return Results.Json(new { Items = items, Next = page.Count < limit ? null : Cursor(page[^1], isRanked) }, WireJson.Options);
    }

    private static async Task<IResult> Report(
        Guid reportId, HttpContext http, DeskQueries desk, ISender sender, StaffAccounts accounts, CancellationToken ct)
    {
        if (await desk.Report(reportId, ct) is not { } known)
        {
            return Problem.OfStatus(StatusCodes.Status404NotFound);
        }

        var view = new ViewReport(known.CaseId, reportId, http.StaffId(), await http.HandlesSevere(), IsKnowing(http));
        var outcome = await sender.Send(view, ct);
        return await outcome.ToResult(accounts, viewed => Results.Json(
            new
            {
                known.ReportId,
                known.MatchId,
                known.ReporterId,
                known.VisitorId,
                Reason = known.Policy,
                viewed.Comment,
                known.ReceivedAt,
                known.Status,
                known.CaseId,
                known.Source,
                (viewed.Report as CaseEvent.Flagged)?.Habits,
                viewed.Hold,
                Evidence = new
                {
                    Messages = (viewed.Evidence?.Messages ?? []).Select(message => new { message.MessageId, message.From, message.Body, message.SentAt }),
                    Verdicts = (viewed.Evidence?.Verdicts ?? []).Select(screened => new
                    {
                        screened.MessageId,
                        screened.From,
                        screened.Verdict.Category,
                        screened.Verdict.Severity,
                        screened.Verdict.Score,
                        screened.Verdict.Rule,
                        screened.Verdict.RuleVersion,
                        screened.Verdict.PolicyVersion,
                        screened.Verdict.Action,
                        screened.SentAt,
                    }),
                    viewed.Evidence?.Reported,
                    viewed.Evidence?.Reporter,
                    Hash = viewed.Report.EvidenceHash,
                },
            },
            WireJson.Options));
    }

    private static async Task<IResult> Dismiss(Guid caseId, HttpContext http, ISender sender, StaffAccounts accounts, CancellationToken ct) =>
        await (await sender.Send(new DismissReports(caseId, http.StaffId(), await http.HandlesSevere()), ct)).ToResult(accounts, _ => Results.NoContent());

    private static async Task<IResult> Hold(Guid caseId, HttpContext http, ISender sender, CancellationToken ct)
    {
        var handlesSevere = await http.HandlesSevere();
        return await With(
            http, fields => new HoldCase(caseId, fields.String("reason", LongestStatement), fields.OptionalTime("until"), http.StaffId(), handlesSevere),
            async hold => (await sender.Send(hold, ct)).ToResult(held => Results.Json(held, WireJson.Options)), ct);
    }

    private static async Task<IResult> Release(Guid caseId, HttpContext http, ISender sender, CancellationToken ct)
    {
        var handlesSevere = await http.HandlesSevere();
        return await With(
            http, fields => new ReleaseCase(caseId, fields.String("reason", LongestStatement), http.StaffId(), handlesSevere),
            async release => (await sender.Send(release, ct)).ToResult(_ => Results.NoContent()), ct);
    }

    private static async Task<IResult> Package(Guid caseId, HttpContext http, ISender sender, StaffAccounts accounts, CancellationToken ct)
    {
        var export = new ExportCase(caseId, http.StaffId(), http.StaffName(), await http.HandlesSevere(), IsKnowing(http));
        return http.Request.HasJsonContentType()
            ? await With(http, fields => export with { Why = fields.OptionalString("why", LongestStatement) }, Send, ct)
            : await Send(export);

        async Task<IResult> Send(ExportCase wanted) => await (await sender.Send(wanted, ct)).ToResult(accounts, package =>
        {
            http.Response.Headers["X-Manifest-SHA256"] = package.ManifestHash;
            return Results.File(package.Zip, "application/zip", $"case-{caseId:D}-{package.ExportId:D}.zip");
        });
    }

    private static async Task<IResult> Uphold(Guid caseId, HttpContext http, ISender sender, StaffAccounts accounts, CancellationToken ct)
    {
        var handlesSevere = await http.HandlesSevere();
        return await With(
            http,
            fields => new UpholdReports(
                caseId, fields.String("policy", LongestCode), fields.OptionalString("statement", LongestStatement), http.StaffId(), handlesSevere),
            async uphold => await (await sender.Send(uphold, ct)).ToResult(accounts, upheld => Results.Json(upheld, WireJson.Options)), ct);
    }

    private static async Task<IResult> Ban(HttpContext http, ISender sender, StaffAccounts accounts, CancellationToken ct)
    {
        var handlesSevere = await http.HandlesSevere();
        return await With(
            http,
            fields => new IssueBan(
                Guid.NewGuid(), fields.Guid("visitorId"), fields.String("reason", LongestCode), fields.OptionalTime("until"),
                fields.String("statement", LongestStatement), http.StaffId(), handlesSevere),
            async ban => await (await sender.Send(ban, ct)).ToResult(
                accounts, issued => Results.Json(issued, WireJson.Options, statusCode: StatusCodes.Status201Created)),
            ct);
    }

    private static async Task<IResult> Bans(HttpContext http, DeskQueries desk, ISender sender, TimeProvider clock, CancellationToken ct)
    {
        var query = http.Request.Query;
        if (Page(query) is not var (after, limit))
        {
            return Problem.From(Refusal.Invalid("after", "It is the next of an earlier answer; limit is 1 to 200."));
        }

        var now = clock.GetUtcNow();
        var page = await desk.Bans(query["reviewDue"] == "true", now, after, limit, ct);
        var handlesSevere = await http.HandlesSevere();
        var items = new List<object>(page.Count);
        foreach (var ban in page)
        {
            var seen = (await sender.Send(new SeeBan(ban.VisitorId, ban.SanctionId, handlesSevere), ct) as Outcome<SeenBan>.Done)?.Value;
            items.Add(new
            {
                ban.SanctionId,
                ban.VisitorId,
                seen?.CaseId,
                Reason = ban.Policy,
                ban.Until,
                ban.By,
                Automated = ban.By is null,
                ban.IssuedAt,
                seen?.Statement,
                seen?.Appeal,
                ban.ReviewedAt,
                seen?.Review,
                ban.ReviewDueAt,
                ReviewDue = ban.ReviewDueAt <= now,
                seen?.Restricted,
            });
        }

        return Results.Json(
            new
            {
                Items = items,
                Next = page.Count < limit ? null : Cursor(page[^1].Position),
            },
            WireJson.Options);
    }

    private static async Task<IResult> Review(Guid visitorId, HttpContext http, ISender sender, CancellationToken ct)
    {
        var handlesSevere = await http.HandlesSevere();
        return await With(
            http, fields => new ReviewBan(visitorId, fields.String("statement", LongestStatement), http.StaffId(), handlesSevere),
            async review => (await sender.Send(review, ct)).ToResult(_ => Results.NoContent()), ct);
    }

    private static async Task<IResult> Lift(Guid visitorId, HttpContext http, ISender sender, CancellationToken ct)
    {
        var handlesSevere = await http.HandlesSevere();
        return await With(
            http, fields => new LiftBan(visitorId, fields.String("statement", LongestStatement), http.StaffId(), handlesSevere),
            async lift => (await sender.Send(lift, ct)).ToResult(_ => Results.NoContent()), ct);
    }

    private static async Task<IResult> Rules(RuleQueries rules, CancellationToken ct) =>
        Results.Json(new { Items = await rules.All(ct) }, WireJson.Options);

    private static async Task<IResult> Appeals(HttpContext http, DeskQueries desk, ISender sender, StaffAccounts accounts, CancellationToken ct)
    {
        if (Page(http.Request.Query) is not var (after, limit))
        {
            return Problem.From(Refusal.Invalid("after", "It is the next of an earlier answer; limit is 1 to 200."));
        }

        var page = await desk.OpenAppeals(after, limit, ct);
        var handlesSevere = await http.HandlesSevere();
        var items = new List<SeenAppeal>(page.Count);
        foreach (var appeal in page)
        {
            if (await sender.Send(new SeeAppeal(appeal.VisitorId, appeal.AppealId, http.StaffId(), handlesSevere), ct) is Outcome<SeenAppeal>.Done { Value: var seen })
            {
                items.Add(seen);
            }
        }

        return Results.Json(
            new
            {
                Items = items,
                Next = page.Count < limit ? null : Cursor(page[^1].Position),

                // Nobody else could uphold what this one decided.
                SoleStaff = await accounts.CountModerating() < 2,
            },
            WireJson.Options);
    }

    private static async Task<IResult> Decide(Guid appealId, HttpContext http, DeskQueries desk, ISender sender, CancellationToken ct)
    {
        var handlesSevere = await http.HandlesSevere();
        return await With(
            http, fields => (Outcome: fields.Enum<AppealOutcome>("outcome"), Statement: fields.String("statement", LongestStatement)),
            async decision => await desk.Appeal(appealId, ct) is not { VisitorId: var visitorId }
                ? Problem.OfStatus(StatusCodes.Status404NotFound)
                : (await sender.Send(new DecideAppeal(visitorId, appealId, decision.Outcome, decision.Statement, http.StaffId(), handlesSevere), ct))
                    .ToResult(_ => Results.NoContent()),
            ct);
    }

    /// <summary>Sends what the body says; refuses where it is no JSON, or where a field of it is wrong.</summary>
    private static async Task<IResult> With<T>(HttpContext http, Func<Fields, T> read, Func<T, Task<IResult>> send, CancellationToken ct)
    {
        var (json, problem) = await JsonBody.Read(http.Request, ct);
        if (problem is not null)
        {
            return problem;
        }

        var fields = new Fields(json);
        var wanted = read(fields);
        return fields.Refusal is { } invalid ? Problem.From(invalid) : await send(wanted);
    }

    /// <summary>Whether they say that they know of somebody else who looked into the same severe case.</summary>
    private static bool IsKnowing(HttpContext http) => http.Request.Query["knowingly"] == "true";

    /// <param name="priority">Of its case, where it is open.</param>
    private static object Item(DeskReport report, string? comment, CasePriority? priority, bool restricted, DeskHold? hold) => new
    {
        report.ReportId,
        report.MatchId,
        report.ReporterId,
        report.VisitorId,
        Reason = report.Policy,
        Comment = comment,
        report.ReceivedAt,
        report.Status,
        report.CaseId,
        report.Source,
        report.Lane,
        Priority = priority?.Level,
        Reasons = priority?.Reasons ?? [],
        Restricted = restricted,
        Hold = hold is null ? null : new { hold.Until, hold.By, hold.HeldAt },
    };

    private static string Cursor(DeskReport last, bool isRanked) =>
        isRanked ? string.Create(CultureInfo.InvariantCulture, $"{last.Rank}_{last.Position}") : Cursor(last.Position);

    private static bool TryReadCursor(IQueryCollection query, bool isRanked, out DeskCursor? cursor)
    {
        cursor = null;
        var numbers = query["after"].ToString() is { Length: > 0 } from ? from.Split('_') : [];
        if (numbers is [])
        {
            return true;
        }

        var rank = 0L;
        if (numbers.Length != (isRanked ? 2 : 1) || !long.TryParse(numbers[^1], CultureInfo.InvariantCulture, out var position)
            || (isRanked && !long.TryParse(numbers[0], CultureInfo.InvariantCulture, out rank)))
        {
            return false;
        }

        cursor = new(rank, position);
        return true;
    }

    private static bool TryRead<T>(IQueryCollection query, string name, out T? value)
        where T : struct, Enum
    {
        value = null;
        if (query[name].ToString() is not { Length: > 0 } wanted)
        {
            return true;
        }

        if (!Enum.GetNames<T>().Any(known => string.Equals(known, wanted, StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }

        value = Enum.Parse<T>(wanted, ignoreCase: true);
        return true;
    }

    private static string Cursor(long position) => position.ToString(CultureInfo.InvariantCulture);

    private static (long? After, int Limit)? Page(IQueryCollection query)
    {
        long? after = null;
        if (query["after"].ToString() is { Length: > 0 } from)
        {
            if (!long.TryParse(from, CultureInfo.InvariantCulture, out var position))
            {
                return null;
            }

            after = position;
        }

        return Limit(query) is { } limit ? (after, limit) : null;
    }

    private static int? Limit(IQueryCollection query) =>
        query["limit"].ToString() is not { Length: > 0 } most ? UsualPage
        : int.TryParse(most, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= LongestPage ? limit
        : null;
}
