using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.KeyPerFile;
using Microsoft.Extensions.FileProviders;

namespace RandomChat.Infrastructure.Settings;

/// <summary>The settings that both programs share: <c>randomchat.json</c> beside the program, secrets as files, environment, command line.</summary>
public static class RandomChatSettings
{
    public const string FileName = "randomchat.json";
    private const string DataDirectoryKey = "RandomChat:DataDirectory";
    private const string SecretsDirectoryKey = "RandomChat:SecretsDirectory";

    /// <summary>
    /// Puts the settings file below every other source, and the files of <c>RandomChat:SecretsDirectory</c> right above
    /// it, so that environment and command line win over both. Called last: the other sources say which folder that is.
    /// </summary>
    /// <exception cref="SettingsException">The folder is named and not there.</exception>
    public static IConfigurationBuilder AddRandomChatSettings(this IConfigurationBuilder configuration)
    {
        var file = new JsonConfigurationSource { Path = Path.Combine(AppContext.BaseDirectory, FileName), Optional = true };
        file.ResolveFileProvider();
        configuration.Sources.Insert(0, file);
        configuration.AddSecrets();
        return configuration;
    }

    /// <summary>The settings of a program without a web host. Of <paramref name="args"/> only those like <c>--Section:Key=value</c> count.</summary>
    public static IConfigurationRoot Read(IEnumerable<string> args) =>
        new ConfigurationBuilder()
            .AddEnvironmentVariables()
            .AddCommandLine(args.Where(IsSetting).ToArray())
            .AddRandomChatSettings()
            .Build();

    /// <summary>Whether an argument of the command line is a setting rather than an option of the program.</summary>
    public static bool IsSetting(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal)
        && argument.Split('=', 2) is [var key, _] && key.Contains(':', StringComparison.Ordinal);

    /// <summary>
    /// The full path of the embedded stores and keys. A relative setting starts at the folder that holds
    /// RandomChat.sln, or, in a published folder, at the working directory. The folder is not made here.
    /// </summary>
    public static string DataDirectory(IConfiguration configuration) =>
        Resolve(configuration[DataDirectoryKey], AppContext.BaseDirectory, Directory.GetCurrentDirectory());

    internal static string Resolve(string? setting, string programDirectory, string workingDirectory)
    {
        var path = string.IsNullOrWhiteSpace(setting) ? "data" : setting;
        return Path.GetFullPath(path, SourceRoot(programDirectory) ?? workingDirectory);
    }

    /// <summary>Whether this program runs in a published folder; publishing leaves a mark there.</summary>
    public static bool IsPublished => HasMark(AppContext.BaseDirectory);

    private static void AddSecrets(this IConfigurationBuilder configuration)
    {
        if (configuration.Build()[SecretsDirectoryKey] is not { Length: > 0 } named)
        {
            return;
        }

        var folder = Path.GetFullPath(named);
        if (!Directory.Exists(folder))
        {
            throw new SettingsException($"{SecretsDirectoryKey} names {folder}, which is not a folder.");
        }

        // Above the settings file, which is the first one.
        configuration.Sources.Insert(1, new KeyPerFileConfigurationSource { FileProvider = new PhysicalFileProvider(folder) });
    }

    private static bool HasMark(string programDirectory) => File.Exists(Path.Combine(programDirectory, "published"));

    private static string? SourceRoot(string programDirectory)
    {
        if (HasMark(programDirectory))
        {
            return null;
        }

        var folder = new DirectoryInfo(programDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RandomChat.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName;
    }
}
