using RandomChat.Application.Events;

namespace RandomChat.Projections.Engine;

/// <summary>
/// Where read models lie. A build is one version of one projection: its tables and its checkpoint. One build of a
/// projection is live at a time; swapping is atomic for readers.
/// </summary>
internal interface IReadStore : IAsyncDisposable
{
    /// <summary>Its name in readiness and in answers.</summary>
    string Dependency { get; }

    /// <summary>The live build's checkpoint; null where there is no build.</summary>
    /// <exception cref="DependencyUnavailableException">The store does not answer.</exception>
    Task<Checkpoint?> ReadCheckpoint(Projection projection, CancellationToken ct);

    /// <summary>The live build's tables to read, whose connection closes with it; null where there is no build.</summary>
    /// <exception cref="DependencyUnavailableException">The store does not answer.</exception>
    Task<ReadDb?> OpenReader(Projection projection, CancellationToken ct);

    /// <summary>The live build to write, of whatever version it is; null where there is none or it is damaged.</summary>
    Task<ReadBuild?> OpenLive(Projection projection, CancellationToken ct);

    /// <summary>Makes an empty build live, for a projection that has none or whose log was replaced.</summary>
    Task<ReadBuild> BeginLive(Projection projection, CancellationToken ct);

    /// <summary>An empty build beside the live one, without the indexes of <see cref="ReadBuild.Complete"/>; what an interrupted one for the same purpose left is removed.</summary>
    /// <exception cref="BuildInProgressException">Somebody else is at it.</exception>
    Task<ReadBuild> BeginBuild(Projection projection, BuildPurpose purpose, CancellationToken ct);

    /// <summary>
    /// Makes a build that is complete the live one and removes the former; false, and nothing has changed, where the live one has come
    /// further in the meantime.
    /// </summary>
    /// <param name="evenBack">Whether it takes the place also of one that has come further.</param>
    Task<bool> TrySwap(ReadBuild build, bool evenBack, CancellationToken ct);

    /// <summary>Whether this is still the live build.</summary>
    Task<bool> IsLive(ReadBuild build, CancellationToken ct);

    /// <summary>Becomes the one that follows the log; null while somebody else is.</summary>
    Task<Lead?> TryLead(CancellationToken ct);
}

internal enum BuildPurpose
{
    /// <summary>To become the live one.</summary>
    Rebuild,

    /// <summary>To be compared with the live one and thrown away.</summary>
    Verify,
}

/// <summary>Somebody else builds the same projection for the same purpose at this moment.</summary>
internal sealed class BuildInProgressException(string projection)
    : Exception($"{projection} is being built by another process already. Wait for it, or stop it, and run this again.");

/// <summary>The right to follow the log, among all nodes. Whoever dies loses it.</summary>
internal abstract class Lead : IAsyncDisposable
{
    /// <summary>Cancelled when the right is lost. Nothing is damaged before that is noticed: checkpoints move by compare-and-swap.</summary>
    public abstract CancellationToken Lost { get; }

    public abstract ValueTask DisposeAsync();
}
