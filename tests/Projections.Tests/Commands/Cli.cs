using System.Diagnostics;

namespace RandomChat.Projections.Tests.Commands;

/// <summary>The command line as an analyst starts it: a process of its own, from a folder of its own.</summary>
internal static class Cli
{
    /// <param name="data">The data directory.</param>
    public static async Task<(int Code, string Output, string Error)> Run(string data, string workingDirectory, params string[] arguments)
    {
        using var process = Start(data, workingDirectory, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    public static Process Start(string data, string workingDirectory, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "RandomChat.Projections.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory,
        };
        start.Environment["RandomChat__DataDirectory"] = data;
        return Process.Start(start)!;
    }
}
