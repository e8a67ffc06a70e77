namespace RandomChat.Application.Events;

/// <summary>A log that can tell without an event whether it takes appends: that it can be read says nothing of a full disk.</summary>
public interface IAppendProof
{
    /// <summary>Nothing to do while appends succeed. After one that did not, and before the first, it tries to write, at most once a second.</summary>
    /// <exception cref="DependencyUnavailableException">It takes none now.</exception>
    ValueTask ProveAppends(CancellationToken ct);
}
