using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using RandomChat.Application.Sealing;
using RandomChat.Infrastructure.Sealing;

namespace RandomChat.Infrastructure.Secrets;

/// <summary>
/// Secrets of the only server there is: each a file <c>{kind}/{name}.wrapped</c> in a folder, readable for its owner alone. What
/// earlier versions kept there in plain is read too, until <see cref="WrapPlain"/> wraps it.
/// </summary>
/// <param name="folder">Made where it does not exist.</param>
/// <param name="masters">The master keys, proved against the stored keys.</param>
public sealed partial class SecretFiles(string folder, Func<IMasterKeys> masters) : ISecretStore
{
    private const string RandomKind = "random";
    private const string Extension = ".wrapped";
    private const int Length = 32;

    public string Kind => "secrets of the server";

    /// <summary>Where the first root lay in plain, and the folder in which keys of tokens did.</summary>
    private string PlainRoot => Path.Combine(folder, "server-secret");

    public byte[] Random(string name)
    {
        if (Read(RandomKind, name) is { } known)
        {
            return known;
        }

        if (name == ServerSecrets.FirstName && File.Exists(PlainRoot))
        {
            return ReadPlainRoot();
        }

        Add(RandomKind, name, RandomNumberGenerator.GetBytes(Length));
        return Read(RandomKind, name)!;
    }

    public IReadOnlyList<string> RandomNames() =>
        [.. Names(RandomKind).Concat(File.Exists(PlainRoot) ? [ServerSecrets.FirstName] : []).Distinct(StringComparer.Ordinal)];

    public void RemoveRandom(string name)
    {
        Delete(FileOf(RandomKind, name));
        if (name == ServerSecrets.FirstName)
        {
            Delete(PlainRoot);
        }
    }

    public IReadOnlyList<string> Texts(string kind) =>
        [.. PlainTexts(kind).Select(File.ReadAllText), .. Names(kind).Select(name => Encoding.UTF8.GetString(Read(kind, name)!))];

    public void AddText(string kind, string name, string text) => Add(kind, name, Encoding.UTF8.GetBytes(text));

    public ValueTask<IReadOnlyList<WrappedSecret>> Page(string? after, int most, CancellationToken ct) => ValueTask.FromResult<IReadOnlyList<WrappedSecret>>(
        [.. Kinds().SelectMany(kind => Names(kind).Select(name => (Id: Id(kind, name), File: FileOf(kind, name))))
            .Where(one => string.CompareOrdinal(one.Id, after) > 0).OrderBy(one => one.Id, StringComparer.Ordinal).Take(most)
            .Select(one => new WrappedSecret(one.Id, File.ReadAllBytes(one.File)))]);

    public ValueTask<int> Exchange(IReadOnlyList<WrappedExchange> exchanges, CancellationToken ct)
    {
        var exchanged = 0;
        foreach (var exchange in exchanges)
        {
            var file = exchange.Id.Split(':') is [_, var kind, var name] ? FileOf(kind, name) : throw new ArgumentException("This is not the id of a secret.", nameof(exchanges));
            if (File.Exists(file) && File.ReadAllBytes(file).AsSpan().SequenceEqual(exchange.Before.Span))
            {
                Write(file, exchange.After.Span, overwrite: true);
                exchanged++;
            }
        }

        return ValueTask.FromResult(exchanged);
    }

    /// <summary>How many lie there in plain.</summary>
    public int PlainCount => Kinds().Sum(kind => PlainTexts(kind).Count()) + (File.Exists(PlainRoot) ? 1 : 0);

    /// <summary>Wraps what lies there in plain, and deletes that. Servers of earlier versions do not find it any more.</summary>
    /// <returns>How many.</returns>
    public int WrapPlain()
    {
        var wrapped = 0;
        if (File.Exists(PlainRoot))
        {
            Add(RandomKind, ServerSecrets.FirstName, ReadPlainRoot());
            Delete(PlainRoot);
            wrapped++;
        }

        foreach (var kind in Kinds().ToList())
        {
            foreach (var file in PlainTexts(kind).ToList())
            {
                AddText(kind, Path.GetFileNameWithoutExtension(file), File.ReadAllText(file));
                Delete(file);
                wrapped++;
            }
        }

        return wrapped;
    }

    private void Add(string kind, string name, byte[] secret) => Write(
        FileOf(kind, name), Answers.Now(masters().Wrap([new(Id(kind, name), secret)], CancellationToken.None))[0], overwrite: false);

    private byte[]? Read(string kind, string name)
    {
        try
        {
            return Answers.Now(masters().Unwrap(Id(kind, name), File.ReadAllBytes(FileOf(kind, name)), CancellationToken.None)).Secret;
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private byte[] ReadPlainRoot() => File.ReadAllBytes(PlainRoot) is { Length: Length } root
        ? root
        : throw new InvalidDataException($"{PlainRoot} does not hold the {Length} bytes of a secret. Remove it to have a new one made; addresses, marks of bans and open challenges then count afresh.");

    private IEnumerable<string> Kinds() => Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Select(kind => Path.GetFileName(kind)) : [];

    private IEnumerable<string> Names(string kind) => Files(kind, Extension).Select(file => Path.GetFileNameWithoutExtension(file));

    private IEnumerable<string> PlainTexts(string kind) => Files(kind, ".xml");

    private IEnumerable<string> Files(string kind, string extension) =>
        Directory.Exists(Path.Combine(folder, kind)) ? Directory.EnumerateFiles(Path.Combine(folder, kind), "*" + extension).Order(StringComparer.Ordinal) : [];

    private string FileOf(string kind, string name) => Allowed().IsMatch(kind) && Allowed().IsMatch(name)
        ? Path.Combine(folder, kind, name + Extension)
        : throw new ArgumentException($"{kind}:{name} is not the name of a secret.", nameof(name));

    /// <summary>Not like that of any stored key, so that neither can stand in for the other.</summary>
    private static string Id(string kind, string name) => $"secret:{kind}:{name}";

    private static void Write(string file, ReadOnlySpan<byte> content, bool overwrite)
    {
        // Written beside and moved, so that a crash leaves no half of a secret; whoever comes second takes the first's.
        PrivateFolder.Make(Path.GetDirectoryName(file)!);
        var draft = $"{file}.{Guid.NewGuid():N}";
        using (var stream = new FileStream(draft, MasterKey.OwnersOnly(FileMode.CreateNew)))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        if (overwrite)
        {
            File.Move(draft, file, overwrite: true);
        }
        else
        {
            NewFile.TryPlace(draft, file);
        }
    }

    /// <summary>Written over first, under a name that nobody reads: as far as the file system lets anybody, it is in no file any more.</summary>
    private static void Delete(string file)
    {
        if (File.Exists(file))
        {
            var gone = $"{file}.deleted";
            File.Move(file, gone, overwrite: true);
            file = gone;
            using (var stream = new FileStream(file, FileMode.Open, FileAccess.Write))
            {
                stream.Write(new byte[stream.Length]);
                stream.Flush(flushToDisk: true);
            }

            File.Delete(file);
        }
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    private static partial Regex Allowed();
}
