using System.Diagnostics;

namespace RandomChat.Web.Tests.Hosting;

/// <summary>The command line, as an operator runs it beside a server.</summary>
internal static class ProjectionsCli
{
    /// <param name="data">The server's data directory.</param>
    public static async Task<(int Code, string Output)> Run(string data, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "RandomChat.Projections.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.Environment["RandomChat__DataDirectory"] = data;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
