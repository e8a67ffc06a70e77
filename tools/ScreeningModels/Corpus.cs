using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using RandomChat.Domain.Matches;

namespace RandomChat.ScreeningModels;

/// <summary>What a head learns to tell.</summary>
public enum Head
{
    Toxic,
    Hate,
    Threat,
    Sexual,
    Spam,
}

/// <summary>A labelled text. A label that its data set does not give is missing.</summary>
public sealed record Example(string Text, string Source, IReadOnlyDictionary<Head, bool> Labels)
{
    /// <summary>0 is held out, 1 is for thresholds, 2 to 4 are for training: by a hash of the text, never by position.</summary>
    public int Fifth { get; } = (int)(BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(Text))) % 5);

    public bool IsHeldOut => Fifth == 0;
}

/// <summary>The labelled texts that the models are trained and measured on; see the model card for sources and licences.</summary>
public static class Corpus
{
    /// <param name="folder">Holds the five files, compressed.</param>
    public static IReadOnlyList<Example> Read(string folder) =>
        [.. Jigsaw(folder), .. Davidson(folder), .. Hatemoji(folder), .. Edos(folder), .. Sms(folder)];

    /// <summary>Ordinary texts of the held-out fifth: messages that are no spam, comments that nobody marked.</summary>
    public static IEnumerable<Example> HeldOutBenign(IEnumerable<Example> corpus) => corpus.Where(one =>
        one.Source is "sms" or "jigsaw" && one.IsHeldOut && one.Labels.Values.All(label => !label));

    private static IEnumerable<Example> Jigsaw(string folder) => Rows(folder, "jigsaw_subset.csv.gz").Select(row => new Example(
        AsMessage(row["comment_text"]), "jigsaw", new Dictionary<Head, bool>
        {
            [Head.Toxic] = row["toxic"] == "1" || row["severe_toxic"] == "1" || row["insult"] == "1",
            [Head.Hate] = row["identity_hate"] == "1",
            [Head.Threat] = row["threat"] == "1",
            [Head.Sexual] = row["obscene"] == "1",
        }));

    private static IEnumerable<Example> Davidson(string folder) => Rows(folder, "davidson.csv.gz").Select(row => new Example(
        AsMessage(row["tweet"]), "davidson", new Dictionary<Head, bool> { [Head.Hate] = row["class"] == "0" }));

    private static IEnumerable<Example> Hatemoji(string folder) => Rows(folder, "hatemoji_train.csv.gz").Select(row => new Example(
        AsMessage(row["text"]), "hatemoji", new Dictionary<Head, bool> { [Head.Hate] = row["label_gold"] == "1" }));

    private static IEnumerable<Example> Edos(string folder) => Rows(folder, "edos.csv.gz").Select(row => new Example(
        AsMessage(row["text"]), "edos", new Dictionary<Head, bool> { [Head.Threat] = row["label_category"].StartsWith("1.", StringComparison.Ordinal) }));

    private static IEnumerable<Example> Sms(string folder)
    {
        using var reader = Open(folder, "sms_spam.tsv.gz");
        while (reader.ReadLine() is { } line)
        {
            if (line.Split('\t', 2) is [var label, var text])
            {
                yield return new(AsMessage(text), "sms", new Dictionary<Head, bool> { [Head.Spam] = label == "spam" });
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
