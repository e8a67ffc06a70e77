using RandomChat.Application.Events;
using RandomChat.Infrastructure.EventStoreDb.Wire;

namespace RandomChat.Infrastructure.EventStoreDb;

/// <summary>A way for appends to one node.</summary>
/// <param name="locate">Finds an event's position by its revision, where the server did not tell it.</param>
internal abstract class AppendPath(Func<StreamName, long, CancellationToken, Task<LogPosition>> locate) : IAsyncDisposable
{
    /// <summary>False for good once the way is broken.</summary>
    public abstract bool IsUsable { get; }

    /// <exception cref="AppendNotTakenException">The server has not seen it; another way may be tried.</exception>
    /// <exception cref="AppendOutcomeUnknownException">It was sent and not answered.</exception>
    public abstract Task<AppendResult> Append(StreamName stream, ExpectedRevision expected, IReadOnlyList<NewEvent> events, CancellationToken ct);

    public abstract ValueTask DisposeAsync();

    protected async Task<AppendResult> Appended(StreamName stream, ulong revision, AllStreamPosition? position) =>
        new AppendResult.Appended((long)revision, position?.ToPosition() ?? await locate(stream, (long)revision, CancellationToken.None));

    protected static ArgumentException TooLarge(string limit, Exception? inner = null) =>
        new($"The events are larger than what the event log takes at once ({limit}).", inner);

    protected static InvalidOperationException Tombstoned(StreamName stream, Exception? inner = null) =>
        new($"{stream} was deleted for ever: nothing can be appended to it.", inner);
}

/// <summary>The server has not seen an append, so it was not recorded.</summary>
internal sealed class AppendNotTakenException(Exception? inner) : Exception("The append did not reach the event log.", inner);
