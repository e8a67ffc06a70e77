using System.Diagnostics;

namespace RandomChat.Infrastructure.Tests.EventStoreDb;

/// <summary>The official client for Node.js, installed beside its scripts on first use.</summary>
internal static class NodeClient
{
    private static readonly Lazy<Task<string?>> Missing = new(Install);

    /// <summary>The folder of the scripts; an assembly knows where it was built from.</summary>
    public static string Folder { get; } = typeof(NodeClient).Assembly
        .GetCustomAttributes(typeof(System.Reflection.AssemblyMetadataAttribute), inherit: false)
        .Cast<System.Reflection.AssemblyMetadataAttribute>().Single(metadata => metadata.Key == "NodeClient").Value!;

    /// <summary>Runs a script to its end; skips the test where it cannot be run here.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> Run(params string[] arguments)
    {
        if (await Missing.Value is { } missing)
        {
            Assert.Skip($"The official client cannot be run: {missing}");
        }

        var (exitCode, output, errors) = await Start("node", arguments);
        Assert.True(exitCode == 0, $"{string.Join(' ', arguments)} ended with {exitCode}: {output}{errors}");
        return output;
    }

    private static async Task<string?> Install()
    {
        try
        {
            if (Directory.Exists(Path.Combine(Folder, "node_modules", "@eventstore", "db-client")))
            {
                return null;
            }

            var (exitCode, _, errors) = await Start("npm", "ci", "--ignore-scripts");
            return exitCode == 0 ? null : $"npm ci failed: {errors}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "Node.js is not installed.";
        }
    }

    private static async Task<(int ExitCode, string Output, string Errors)> Start(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end.");
        }
    }
}
