using RandomChat.Application.Events;

namespace RandomChat.Projections.Ledger;

/// <summary>What is told of the ledger. Every question throws <see cref="DependencyUnavailableException"/> while it cannot be read.</summary>
public sealed class LedgerQueries
{
    private readonly LedgerStore store;

    internal LedgerQueries(LedgerStore store) => this.store = store;

    public Task<LedgerHead> Head(CancellationToken ct) => store.Head(ct);

    /// <inheritdoc cref="LedgerStore.Anchors"/>
    public Task<List<LedgerAnchor>> Anchors(long? after, int limit, CancellationToken ct) => store.Anchors(after, limit, ct);

    /// <inheritdoc cref="LedgerStore.LatestAnchors"/>
    public Task<List<LedgerAnchor>> LatestAnchors(long? before, int limit, CancellationToken ct) => store.LatestAnchors(before, limit, ct);

    /// <inheritdoc cref="LedgerStore.LastAudit"/>
    public Task<AuditRecord?> LastAudit(CancellationToken ct) => store.LastAudit(ct);
}
