using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>
/// A ring of master keys in this process. A ring that was exchanged meanwhile is taken up without a restart: it is read again
/// before anything is wrapped, when something does not open, and with every upkeep of keys. One that has nothing in common with
/// the one in use is taken up only when it opens what is stored, since it may as well have been put there by mistake.
/// </summary>
public sealed class LocalMasterKeys(MasterKeySource source, ILogger<LocalMasterKeys>? log = null) : IMasterKeys
{
    private readonly Lock gate = new();
    private volatile MasterKeyRing? ring;
    private bool isMissed;

    public string Name => "master-keys";

    /// <exception cref="SealingException">They are lost, damaged or others; nothing was changed.</exception>
    public ValueTask Prove(WrappedSecret? stored, CancellationToken ct)
    {
        lock (gate)
        {
            if (stored is null && ring is null)
            {
                source.MakeWhereNone();
            }

            var read = Read();
            if (stored is not null && read.Open(stored.Id, stored.Wrapped.Span) is null)
            {
                throw Refused(stored.Id);
            }

            TakeUp(read);
            return ValueTask.CompletedTask;
        }
    }

    public ValueTask<IReadOnlyList<byte[]>> Wrap(IReadOnlyList<PlainSecret> secrets, CancellationToken ct)
    {
        var first = Current().First;
        return ValueTask.FromResult<IReadOnlyList<byte[]>>([.. secrets.Select(secret => first.Wrap(secret.Id, secret.Bytes.Span))]);
    }

    public ValueTask<Unwrapped> Unwrap(string id, ReadOnlyMemory<byte> wrapped, CancellationToken ct)
    {
        var known = ring ?? Current();
        if (known.Open(id, wrapped.Span) is var (secret, by))
        {
            return ValueTask.FromResult(new Unwrapped(secret, by.Is(known.First)));
        }

        lock (gate)
        {
            var read = Read();
            if (read.Open(id, wrapped.Span) is not var (late, opener))
            {
                throw Refused(id);
            }

            TakeUp(read);
            return ValueTask.FromResult(new Unwrapped(late, opener.Is(read.First)));
        }
    }

    /// <summary>The ring as it is now, for whatever is wrapped next.</summary>
    private MasterKeyRing Current()
    {
        lock (gate)
        {
            var read = Read();
            if (ring is { } known && !read.Shares(known))
            {
                throw new DependencyUnavailableException(Name, new SealingException(
                    $"{source.Name} has no key in common with the one in use, and nothing was wrapped with it. Put the right one back, or start again where it is right."));
            }

            TakeUp(read);
            return read;
        }
    }

    private MasterKeyRing Read()
    {
        try
        {
            var read = source.Read();
            isMissed = false;
            return read;
        }
        catch (SealingException missing) when (ring is { } known)
        {
            // Nobody who talks is to be put out because somebody moved a file.
            if (!isMissed)
            {
                isMissed = true;
                log?.MasterKeysMissed(missing.Message);
            }

            return known;
        }
    }

    private void TakeUp(MasterKeyRing read)
    {
        if (ring is { } known && !known.IsSame(read))
        {
            log?.MasterKeysTakenUp(read.Keys.Count, read.First.Fingerprint);
        }

        ring = read;
    }

    private SealingException Refused(string id) => new(
        $"{source.Name} does not open the stored key {id}: its master keys are others, or the key store is damaged. Put the right one back.");
}
