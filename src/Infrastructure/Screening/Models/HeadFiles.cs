using System.Security.Cryptography;
using System.Text.Json;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;

namespace RandomChat.Infrastructure.Screening.Models;

/// <summary>
/// The folder of the trained heads: what turns a text into numbers, a file for each head, and a list that says which
/// version they are and what their bytes hash to.
/// </summary>
/// <param name="Version">Of all files together.</param>
/// <param name="Files">SHA-256 in lower-case hexadecimal digits, by file name.</param>
public sealed record HeadFiles(string Version, IReadOnlyDictionary<string, string> Files)
{
    /// <summary>Beside the program.</summary>
    public const string DefaultFolder = "screening-models";

    public const string FeaturesFile = "features.zip";
    private const string ListFile = "heads.json";
    private const int VersionDigits = 8;

    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string FileOf(ScreeningCategory head) => $"{head.ToString().ToLowerInvariant()}.zip";

    /// <summary>Lists the files of a folder and gives them a version of their own: other bytes, another version.</summary>
    public static HeadFiles Write(string folder)
    {
        var files = Names.ToDictionary(name => name, name => Hash(File.ReadAllBytes(Path.Combine(folder, name))));
        var version = Hash(JsonSerializer.SerializeToUtf8Bytes(files))[..VersionDigits];
        var list = new HeadFiles(version, files);
        File.WriteAllText(Path.Combine(folder, ListFile), JsonSerializer.Serialize(list, Readable) + "\n");
        return list;
    }

    /// <summary>Reads the list and checks every file against it.</summary>
    /// <exception cref="ScreeningModelException">A file is missing, or is not the one that is listed.</exception>
    public static HeadFiles Read(string folder)
    {
        try
        {
            var list = JsonSerializer.Deserialize<HeadFiles>(File.ReadAllText(Path.Combine(folder, ListFile)), EventCodec.Json);
            if (list is not { Version.Length: > 0, Files: { } files })
            {
                throw new ScreeningModelException(folder, $"{ListFile} needs a version and files");
            }

            foreach (var name in Names)
            {
                if (Hash(File.ReadAllBytes(Path.Combine(folder, name))) != files.GetValueOrDefault(name))
                {
                    throw new ScreeningModelException(folder, $"{name} is damaged, or not the one that {ListFile} lists");
                }
            }

            return list;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ScreeningModelException(folder, e.Message, e);
        }
    }

    private static IEnumerable<string> Names => Classification.Heads.Select(FileOf).Prepend(FeaturesFile);

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}

/// <summary>The trained heads cannot be used.</summary>
public sealed class ScreeningModelException(string folder, string why, Exception? inner = null)
    : Exception($"The screening's trained heads in {folder} cannot be used: {why.TrimEnd('.')}. Put the folder back, or set {ScreeningSetup.ModelsDirectoryKey}.", inner);
