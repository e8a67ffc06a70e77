namespace RandomChat.Infrastructure.Sqlite;

/// <summary>
/// Says without a query of most ids that a table has no row for them: hardly anybody who joins was ever banned or blocked. It never
/// says so of an id that was added; of one that was not it may fail to say it, and then the query does. Any
/// number may add and ask at once.
/// </summary>
/// <param name="bits">A power of two: one for each id is set, and with a fifth of them set every fifth question is a query.</param>
internal sealed class PresenceFilter(int bits)
{
    private readonly long[] _words = new long[bits / 64];

    public void Add(Guid id) => Add(id.GetHashCode());

    public void Add(string id) => Add(string.GetHashCode(id, StringComparison.Ordinal));

    public bool MayHave(Guid id) => MayHave(id.GetHashCode());

    public bool MayHave(string id) => MayHave(string.GetHashCode(id, StringComparison.Ordinal));

    /// <summary>Says nothing any more: a table is too large to be read through at a start.</summary>
    public void Fill() => Array.Fill(_words, -1L);

    private void Add(int hash) => Interlocked.Or(ref _words[WordOf(hash)], 1L << hash);

    private bool MayHave(int hash) => (Volatile.Read(ref _words[WordOf(hash)]) & (1L << hash)) != 0;

    private int WordOf(int hash) => (hash >> 6) & (_words.Length - 1);
}
