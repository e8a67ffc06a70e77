using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RandomChat.Infrastructure.Secrets;

/// <summary>
/// Keys for signing and for counting that must be the same after a restart and on every node: derived, one for each purpose, from
/// the pepper. That has generations: the newest that has begun derives, all of them recognise. A generation begins some minutes
/// after it was made, so that every node knows it by then; whoever looks something up tries those to come as well.
/// </summary>
/// <param name="store">Asked at the first use: where the pepper lies in Postgres it cannot be read before the engines are open.</param>
public sealed class ServerSecrets(Func<ISecretStore> store, TimeProvider clock)
{
    /// <summary>The name of the first generation, which has always begun.</summary>
    internal const string FirstName = "server";

    private const int Length = 32;
    private const string Format = "yyyyMMdd'T'HHmmss'Z'";
    private readonly Lock gate = new();
    private volatile PepperGeneration[]? generations;

    /// <summary>The keys of one purpose.</summary>
    public PurposeKeys For(string purpose) => new(this, purpose);

    /// <summary>Reads which generations there are now.</summary>
    /// <returns>Whether there are others than before.</returns>
    /// <exception cref="Application.Events.DependencyUnavailableException">The store does not answer; what is known stays.</exception>
    public bool Refresh()
    {
        lock (gate)
        {
            var known = generations;
            var listed = List(store());
            if (known is not null && known.Select(one => one.Name).SequenceEqual(listed.Select(one => one.Name)))
            {
                return false;
            }

            generations = [.. listed.Select(one => known?.FirstOrDefault(other => other.Name == one.Name) ?? one with { Root = store().Random(one.Name) })];
            return known is not null;
        }
    }

    /// <summary>All generations that a store has, oldest first, without their bytes; the first is made where there is none.</summary>
    public static IReadOnlyList<PepperGeneration> List(ISecretStore store)
    {
        var found = Find(store);
        if (found.Count > 0)
        {
            return found;
        }

        store.Random(FirstName);
        return Find(store);
    }

    /// <summary>Makes a generation that begins then.</summary>
    public static PepperGeneration Add(ISecretStore store, DateTimeOffset begins)
    {
        List(store);
        var name = $"{FirstName}.{begins.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture)}";
        store.Random(name);
        return Find(store).Single(generation => generation.Name == name);
    }

    /// <summary>In the order in which they are tried: the newest that has begun, older ones, then those to come.</summary>
    internal (PepperGeneration[] Of, int Newest) Now()
    {
        if (generations is not { } known)
        {
            Refresh();
            known = generations!;
        }

        var now = clock.GetUtcNow();
        var newest = known.Length - 1;
        while (newest > 0 && known[newest].Begins > now)
        {
            newest--;
        }

        return (known, newest);
    }

    internal static byte[] Derive(PepperGeneration generation, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, generation.Root, Length, info: Encoding.UTF8.GetBytes(purpose));

    private static List<PepperGeneration> Find(ISecretStore store) =>
        [.. store.RandomNames().Select(Parse).OfType<PepperGeneration>().OrderBy(generation => generation.Begins)];

    private static PepperGeneration? Parse(string name) => name == FirstName
        ? new(name, DateTimeOffset.MinValue, [])
        : name.StartsWith(FirstName + ".", StringComparison.Ordinal)
            && DateTimeOffset.TryParseExact(
                name.AsSpan(FirstName.Length + 1), Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var begins)
            ? new(name, begins, [])
            : null;
}

/// <param name="Name">In the store.</param>
/// <param name="Begins">From when on it derives.</param>
/// <param name="Root">32 random bytes; empty where it was only listed.</param>
public sealed record PepperGeneration(string Name, DateTimeOffset Begins, byte[] Root);

/// <summary>The keys of one purpose: nothing else has them.</summary>
public sealed class PurposeKeys(ServerSecrets secrets, string purpose)
{
    private volatile Derived? derived;

    /// <summary>32 bytes, for whatever is made from now on.</summary>
    public byte[] Newest => All[0];

    /// <summary>In the order in which they are to be tried on what was made before, by any generation: the newest first.</summary>
    public IReadOnlyList<byte[]> All
    {
        get
        {
            var (generations, newest) = secrets.Now();
            if (derived is not { } known || known.Generations != generations || known.Newest != newest)
            {
                PepperGeneration[] order = [.. generations[..(newest + 1)].Reverse(), .. generations[(newest + 1)..]];
                derived = known = new(generations, newest, [.. order.Select(generation => ServerSecrets.Derive(generation, purpose))]);
            }

            return known.Keys;
        }
    }

    private sealed record Derived(PepperGeneration[] Generations, int Newest, IReadOnlyList<byte[]> Keys);
}
