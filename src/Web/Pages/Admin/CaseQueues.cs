using RandomChat.Domain.Moderation;
using RandomChat.Projections.Moderation;

namespace RandomChat.Web.Pages.Admin;

/// <summary>What waits for the staff, lane by lane, and the cases of one lane.</summary>
/// <param name="Lane">Whose cases are listed.</param>
/// <param name="Tabs">The lanes that whoever looks may open, most urgent first.</param>
/// <param name="Appeals">How many wait, on a page of their own.</param>
public sealed record CaseQueue(CaseLane Lane, IReadOnlyList<CaseQueue.Tab> Tabs, int Appeals, IReadOnlyList<CaseQueue.Waiting> Cases)
{
    /// <summary>Where the next page of the lane begins; null on the last one.</summary>
    public CaseCursor? Next { get; init; }

    /// <summary>It is not the first page.</summary>
    public bool IsLater { get; init; }

    /// <param name="Count">Cases.</param>
    public sealed record Tab(CaseLane Lane, int Count);

    /// <param name="Open">How many reports.</param>
    /// <param name="Age">How long the oldest of them waits; of what was decided automatically how old it is.</param>
    /// <param name="Priority">Null where it was decided automatically.</param>
    /// <param name="Place">In its lane; null where it was decided automatically.</param>
    public sealed record Waiting(Guid CaseId, string Policy, int Open, TimeSpan Age, CasePriority? Priority, CaseCursor? Place);
}

/// <summary>Gathers <see cref="CaseQueue"/>s.</summary>
public sealed class CaseQueues(DeskQueries desk, TimeProvider clock)
{
    private const int Longest = 25;

    /// <param name="caseId">The case that is open; null where none is yet.</param>
    /// <param name="lane">Which is wanted; null, or without anything in it: the first in which something waits.</param>
    /// <param name="after">The last case of the page before; null: from the beginning.</param>
    /// <param name="decided">What was decided a moment ago and waits no longer, whatever the read model knows.</param>
    /// <param name="handlesSevere">Whether whoever looks may see severe cases.</param>
    public async Task<CaseQueue> Load(Guid? caseId, CaseLane? lane, CaseCursor? after, Guid? decided, bool handlesSevere, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var waiting = await desk.Waiting(now, ct);
        CaseLane[] lanes = handlesSevere
            ? [CaseLane.Severe, CaseLane.Urgent, CaseLane.Normal, CaseLane.Automated]
            : [CaseLane.Urgent, CaseLane.Normal, CaseLane.Automated];
        var toLookOver = await desk.CountToLookOver(handlesSevere, ct);
        var tabs = lanes.Select(one => new CaseQueue.Tab(
            one, one == CaseLane.Automated ? toLookOver : waiting.Lanes.TryGetValue(one, out var found) ? found.Count : 0)).ToList();
        foreach (var wanted in Preferred(lane, lanes))
        {
            // Of another lane than the wanted one the page before says nothing.
            var from = wanted == lane ? after : null;
            var cases = (await Cases(wanted, from, handlesSevere, now, ct)).Where(one => one.CaseId != decided).ToList();
            if (cases.Count > 0 || (wanted == lane && caseId is not null))
            {
                return new(wanted, tabs, waiting.Appeals, [.. cases.Take(Longest)])
                {
                    Next = cases.Count > Longest ? cases[Longest - 1].Place : null,
                    IsLater = from is not null,
                };
            }
        }

        return new(lane is { } empty && lanes.Contains(empty) ? empty : CaseLane.Normal, tabs, waiting.Appeals, []);
    }

    /// <summary>The lane that is wanted, then all others; what people wait for comes before what is to be looked over.</summary>
    private static IEnumerable<CaseLane> Preferred(CaseLane? wanted, CaseLane[] lanes) =>
        wanted is { } first && lanes.Contains(first) ? lanes.Where(lane => lane != first).Prepend(first) : lanes;

    private async Task<IEnumerable<CaseQueue.Waiting>> Cases(
        CaseLane lane, CaseCursor? after, bool handlesSevere, DateTimeOffset now, CancellationToken ct) => lane == CaseLane.Automated
        ? (await desk.ToLookOver(handlesSevere, Longest * 4, ct)).GroupBy(report => report.CaseId).Select(one =>
            new CaseQueue.Waiting(one.Key, one.First().Policy, one.Count(), now - one.Min(report => report.DecidedAt ?? report.ReceivedAt), null, null))
        : (await desk.OpenCases(lane, after, Longest + 2, ct)).Select(one =>
            new CaseQueue.Waiting(one.CaseId, one.Policy, one.Open, now - one.OpenSince, PriorityPolicy.Judge(one.Signs(), now), new(one.Rank, one.CaseId)));
}
