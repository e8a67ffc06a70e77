using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>
/// Wrapped keys in one SQLite file. Writes that come together are committed together. A destroyed key is overwritten
/// (<c>secure_delete</c>) and the write-ahead log is emptied, so that its bytes are in no file any more.
/// </summary>
public sealed class SqliteKeyStore : IKeyStore, IAsyncDisposable, IDisposable
{
    private const int LargestBatch = 256;
    private readonly KeyDatabase database;
    private readonly Channel<Work> queue = Channel.CreateUnbounded<Work>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Lock reading = new();
    private readonly Task writing;
    private SqliteConnection? reader;
    private SqliteConnection? writer;

    // True from the start: the process may have died between a destruction's commit and the emptying of the log.
    private bool remains = true;

    /// <param name="file">Made on first use where it is absent; nothing is opened before.</param>
    public SqliteKeyStore(string file)
    {
        database = new KeyDatabase(file);
        writing = Task.Run(WriteAll);
    }

    public string Name => KeyDatabase.Dependency;

    public string Kind => "sealing keys";

    public ValueTask<StoredKey?> Get(string id, CancellationToken ct) => Query(connection => KeyTable.Find(connection, "WHERE id = $id", ("$id", id)));

    public ValueTask<StoredKey?> Any(CancellationToken ct) => Query(connection => KeyTable.Find(connection, "LIMIT 1", ("$none", 0)));

    public ValueTask<IReadOnlyList<StoredKey>> Put(IReadOnlyList<StoredKey> keys, CancellationToken ct) =>
        Enqueue<IReadOnlyList<StoredKey>>(connection => [.. keys.Select(key => KeyTable.Put(connection, key))], destroys: false, ct);

    public ValueTask<IReadOnlyList<string>> Touch(IReadOnlyList<KeyLife> lives, CancellationToken ct) =>
        Enqueue<IReadOnlyList<string>>(connection => [.. lives.Where(life => !KeyTable.Touch(connection, life)).Select(life => life.Id)], destroys: false, ct);

    public async ValueTask Shorten(IReadOnlyList<KeyLife> lives, CancellationToken ct) => await Enqueue(
        connection =>
        {
            foreach (var life in lives)
            {
                KeyTable.Shorten(connection, life);
            }

            return lives.Count;
        },
        destroys: false, ct);

    public async ValueTask<Destruction> Destroy(IReadOnlyList<string> ids, CancellationToken ct) =>
        Told(await Enqueue(connection => ids.Where(id => KeyTable.Delete(connection, id)).ToList(), destroys: true, ct));

    public async ValueTask<Destruction> DestroyDue(DateTimeOffset now, CancellationToken ct) =>
        Told(await Enqueue(connection => KeyTable.DeleteDue(connection, now), destroys: true, ct));

    public ValueTask<IReadOnlyList<WrappedSecret>> Page(string? after, int most, CancellationToken ct) => Query<IReadOnlyList<WrappedSecret>>(
        connection => KeyTable.Page(connection, after ?? string.Empty, most));

    /// <summary>The log is emptied as after a destruction: it holds what was there before.</summary>
    public async ValueTask<int> Exchange(IReadOnlyList<WrappedExchange> exchanges, CancellationToken ct) => (await Enqueue(
        connection => exchanges.Where(exchange => KeyTable.Exchange(connection, exchange)).Select(exchange => exchange.Id).ToList(), destroys: true, ct)).Count;

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await writing;
        lock (reading)
        {
            reader?.Dispose();
            reader = null;
        }

        writer?.Dispose();
        writer = null;
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private Destruction Told(List<string> ids) => new(ids, !Volatile.Read(ref remains));

    private ValueTask<T> Query<T>(Func<SqliteConnection, T> read)
    {
        lock (reading)
        {
            try
            {
                reader ??= database.Connect();
                return ValueTask.FromResult(read(reader));
            }
            catch (Exception failure)
            {
                reader?.Dispose();
                reader = null;
                return ValueTask.FromException<T>(database.Explain(failure));
            }
        }
    }

    private async ValueTask<T> Enqueue<T>(Func<SqliteConnection, T> run, bool destroys, CancellationToken ct)
    {
        var work = new Work<T>(run, destroys);
        if (!queue.Writer.TryWrite(work))
        {
            throw new DependencyUnavailableException(KeyDatabase.Dependency, new ObjectDisposedException(nameof(SqliteKeyStore)));
        }

        return await work.Done.WaitAsync(ct);
    }

    private async Task WriteAll()
    {
        var batch = new List<Work>();
        while (await queue.Reader.WaitToReadAsync())
        {
            batch.Clear();
            while (batch.Count < LargestBatch && queue.Reader.TryRead(out var work))
            {
                batch.Add(work);
            }

            Write(batch);
        }
    }

    private void Write(List<Work> batch)
    {
        try
        {
            writer ??= database.Connect();
            using (var transaction = writer.BeginTransaction(deferred: false))
            {
                foreach (var work in batch)
                {
                    work.Run(writer);
                }

                transaction.Commit();
            }
        }
        catch (Exception failure)
        {
            writer?.Dispose();
            writer = null;
            Volatile.Write(ref remains, true);
            batch.ForEach(work => work.Fail(database.Explain(failure)));
            return;
        }

        if (batch.Exists(work => work.Destroys))
        {
            Clear(batch.Exists(work => work.Changed));
        }

        batch.ForEach(work => work.Complete());
    }

    /// <summary>Empties the write-ahead log, which holds former versions of the pages just overwritten.</summary>
    private void Clear(bool destroyed)
    {
        if (!destroyed && !remains)
        {
            return;
        }

        Volatile.Write(ref remains, true);
        try
        {
            Volatile.Write(ref remains, !KeyTable.EmptyLog(writer!));
        }
        catch (SqliteException)
        {
            // The keys are deleted for good all the same; what is left of them goes in the next run.
            writer!.Dispose();
            writer = null;
        }
    }

    private abstract class Work(bool destroys)
    {
        public bool Destroys { get; } = destroys;

        public abstract bool Changed { get; }

        public abstract void Run(SqliteConnection connection);

        public abstract void Complete();

        public abstract void Fail(Exception failure);
    }

    private sealed class Work<T>(Func<SqliteConnection, T> run, bool destroys) : Work(destroys)
    {
        private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;

        public Task<T> Done => answer.Task;

        public override bool Changed => result is List<string> { Count: > 0 };

        public override void Run(SqliteConnection connection) => result = run(connection);

        public override void Complete() => answer.SetResult(result!);

        public override void Fail(Exception failure) => answer.SetException(failure);
    }
}
