using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;

namespace RandomChat.ScreeningModels;

/// <summary>A labelled text. A label that its data set does not give is missing.</summary>
public sealed record Example(string Text, string Source, IReadOnlyDictionary<ScreeningCategory, bool> Labels)
{
    /// <summary>0 is held out, 1 is for thresholds, 2 to 4 are for training: by a hash of the text, never by position.</summary>
    public int Fifth { get; } = (int)(BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(Text))) % 5);

    public bool IsHeldOut => Fifth == 0;

    /// <summary>
    /// Whether a head learns from it. Threats in EDOS are sexist posts that wish or cheer on harm to women, mostly to nobody
    /// who reads them: the head is measured on them, and does not learn them.
    /// </summary>
    public bool Teaches(ScreeningCategory head) => Labels.ContainsKey(head) && (Source, head) is not ("edos", ScreeningCategory.Threat);
}

/// <summary>The labelled texts that the models are trained and measured on; see the model card for sources and licences.</summary>
public static class Corpus
{
    /// <param name="folder">Holds the five files, compressed.</param>
    public static IReadOnlyList<Example> Read(string folder) =>
        [.. Jigsaw(folder), .. Davidson(folder), .. Hatemoji(folder), .. Edos(folder), .. Sms(folder)];

    /// <summary>Ordinary texts: messages that are no spam, comments that nobody marked.</summary>
    public static IEnumerable<Example> Benign(IEnumerable<Example> corpus) => corpus.Where(one =>
        one.Source is "sms" or "jigsaw" && one.Labels.Values.All(label => !label));

    /// <summary>Those of the held-out fifth.</summary>
    public static IEnumerable<Example> HeldOutBenign(IEnumerable<Example> corpus) => Benign(corpus).Where(one => one.IsHeldOut);

    /// <summary>Labelled texts that are in no data set here: <c>name.tsv</c> with 1 or 0, a tab and the text; the name begins with the head, as in <c>hate.forum.tsv</c>.</summary>
    public static IEnumerable<(string Name, IReadOnlyList<Example> Rows)> ReadElsewhere(string folder) =>
        from path in Directory.EnumerateFiles(folder, "*.tsv").Order(StringComparer.Ordinal)
        let name = Path.GetFileNameWithoutExtension(path)
        let head = Enum.Parse<ScreeningCategory>(name.Split('.')[0], ignoreCase: true)
        select (name, (IReadOnlyList<Example>)
            [.. File.ReadLines(path).Select(line => line.Split('\t', 2)).Where(line => line.Length == 2).Select(line =>
                new Example(AsMessage(line[1]), name, new Dictionary<ScreeningCategory, bool> { [head] = line[0] == "1" }))]);

    private static IEnumerable<Example> Jigsaw(string folder) => Rows(folder, "jigsaw_subset.csv.gz").Select(row => new Example(
        AsMessage(row["comment_text"]), "jigsaw", new Dictionary<ScreeningCategory, bool>
        {
            [ScreeningCategory.Toxic] = row["toxic"] == "1" || row["severe_toxic"] == "1" || row["insult"] == "1",
            [ScreeningCategory.Hate] = row["identity_hate"] == "1",
            [ScreeningCategory.Threat] = row["threat"] == "1",
            [ScreeningCategory.Sexual] = row["obscene"] == "1",
        }));

    private static IEnumerable<Example> Davidson(string folder) => Rows(folder, "davidson.csv.gz").Select(row => new Example(
        AsMessage(WebUtility.HtmlDecode(row["tweet"])), "davidson", new Dictionary<ScreeningCategory, bool> { [ScreeningCategory.Hate] = row["class"] == "0" }));

    private static IEnumerable<Example> Hatemoji(string folder) => Rows(folder, "hatemoji_train.csv.gz").Select(row => new Example(
        AsMessage(row["text"]), "hatemoji", new Dictionary<ScreeningCategory, bool> { [ScreeningCategory.Hate] = row["label_gold"] == "1" }));

    private static IEnumerable<Example> Edos(string folder) => Rows(folder, "edos.csv.gz").Select(row => new Example(
        AsMessage(row["text"].Replace("[USER]", "@user", StringComparison.Ordinal).Replace("[URL]", "http", StringComparison.Ordinal)), "edos", new Dictionary<ScreeningCategory, bool> { [ScreeningCategory.Threat] = row["label_category"].StartsWith("1.", StringComparison.Ordinal) }));

    private static IEnumerable<Example> Sms(string folder)
    {
        using var reader = Open(folder, "sms_spam.tsv.gz");
        while (reader.ReadLine() is { } line)
        {
            if (line.Split('\t', 2) is [var label, var text])
            {
                yield return new(AsMessage(text), "sms", new Dictionary<ScreeningCategory, bool> { [ScreeningCategory.Spam] = label == "spam" });
            }
        }
    }

    private static IEnumerable<IReadOnlyDictionary<string, string>> Rows(string folder, string file)
    {
        using var reader = Open(folder, file);
        foreach (var row in Csv.Read(reader))
        {
            yield return row;
        }
    }

    private static StreamReader Open(string folder, string file) =>
        new(new GZipStream(File.OpenRead(Path.Combine(folder, file)), CompressionMode.Decompress), Encoding.UTF8);

    /// <summary>As much of a text as fits into a message.</summary>
    private static string AsMessage(string text)
    {
        var trimmed = text.Trim();
        return trimmed.Length <= MessagePolicy.MaximumLength ? trimmed : trimmed[..MessagePolicy.MaximumLength];
    }
}
