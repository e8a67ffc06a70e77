using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace RandomChat.Engines;

/// <summary>Programs that are installed on this machine, started for tests on loopback.</summary>
public static class LocalProgram
{
    /// <summary>Runs a program to its end; what it printed is in the exception when it fails.</summary>
    public static async Task Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;

        // A daemon that it leaves behind would hold the pipes open: only the exit is awaited.
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await process.StandardError.ReadToEndAsync()}");
        }
    }

    /// <summary>A port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until something works; its last failure is thrown when it does not within a minute.</summary>
    public static async Task Until(Func<Task> works)
    {
        for (var since = Stopwatch.StartNew(); ;)
        {
            try
            {
                await works();
                return;
            }
            catch (Exception) when (since.Elapsed < TimeSpan.FromMinutes(1))
            {
                await Task.Delay(50);
            }
        }
    }

    public static bool HasDocker() => File.Exists("/var/run/docker.sock") || Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 };
}
