using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace RandomChat.StandIn;

/// <summary>The stand-in as a process of its own, which a test may kill and start again on the same folder and port.</summary>
public sealed class StandInProcess : IAsyncDisposable
{
    private readonly string _data;
    private Process? _process;

    private StandInProcess(string data, int port) => (_data, Port) = (data, port);

    public int Port { get; }

    public string ConnectionString => $"esdb://127.0.0.1:{Port}?tls=false";

    /// <param name="data">The folder of its log; it outlives the process.</param>
    public static async Task<StandInProcess> Begin(string data)
    {
        var server = new StandInProcess(data, FreePort());
        await server.Start();
        return server;
    }

    /// <summary>Starts it and waits until it listens.</summary>
    public async Task Start()
    {
        _process = Process.Start(new ProcessStartInfo(
            "dotnet", [typeof(StandInProcess).Assembly.Location, "--urls", $"http://127.0.0.1:{Port}", "--data", _data])
        {
            RedirectStandardOutput = true,
        })!;
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains("Now listening on", StringComparison.Ordinal))
            {
                // A full pipe would stop it.
                _ = _process.StandardOutput.ReadToEndAsync();
                return;
            }
        }

        throw new InvalidOperationException("The stand-in ended before it listened.");
    }

    /// <summary>Kills it as a crash would; what it had answered is on disk.</summary>
    public void Kill()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    /// <summary>SIGSTOP: it takes what is sent and answers nothing, until it goes on or is killed.</summary>
    public void Pause() => Signal("STOP");

    /// <summary>SIGCONT.</summary>
    public void Continue() => Signal("CONT");

    public ValueTask DisposeAsync()
    {
        Kill();
        return ValueTask.CompletedTask;
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", _process!.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>A port that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
