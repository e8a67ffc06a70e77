using System.Diagnostics;
using System.Globalization;

namespace RandomChat.Engines;

/// <summary>The server as a process of its own, so that it can be killed. Its port stays the same over restarts.</summary>
public sealed class ServerProcess : IServerProcess, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Dictionary<string, string?> settings;
    private readonly int port = LocalProgram.FreePort();
    private readonly List<string> output = [];
    private readonly string[] options;
    private Process? process;

    /// <param name="settings">Settings over the defaults; captcha is off unless told otherwise.</param>
    /// <param name="options">Further arguments of the command line.</param>
    public ServerProcess(IReadOnlyDictionary<string, string?>? settings = null, params string[] options)
    {
        this.options = options;
        this.settings = new(settings ?? new Dictionary<string, string?>());
        this.settings.TryAdd("Captcha:Mode", "off");
        this.settings["RandomChat:DataDirectory"] = Data;
        this.settings.TryAdd("Ledger:AnchorFile", Path.Combine(Data, "anchors.ndjson"));
        this.settings["Sealing:TombstoneFile"] = Tombstones;
    }

    public Uri Address => new($"http://127.0.0.1:{port}");

    public string Data { get; } = Directory.CreateTempSubdirectory("randomchat-test-").FullName;

    /// <summary>The list of destroyed keys, which lies outside the data.</summary>
    public string Tombstones => Data + ".tombstones.ndjson";

    /// <summary>A published folder of another version, which the next <see cref="Start"/> starts; null: this one.</summary>
    public string? Version { get; set; }

    /// <summary>Its settings, as the environment of a program names them, which the command line reads as well.</summary>
    public IReadOnlyDictionary<string, string?> Environment
    {
        get
        {
            // A test may have named a setting in either way.
            var environment = new Dictionary<string, string?>();
            foreach (var (key, value) in settings)
            {
                environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
            }

            return environment;
        }
    }

    /// <summary>Of the process that was started last.</summary>
    public int Id => process!.Id;

    /// <summary>What it wrote to the console so far.</summary>
    public string Output
    {
        get
        {
            lock (output)
            {
                return string.Join('\n', output);
            }
        }
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    public async Task Start()
    {
        var start = new ProcessStartInfo("dotnet", [Version is null ? BuiltProgram.Path("Web") : Path.Combine(Version, "RandomChat.Web.dll"), "--urls", Address.ToString(), .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Version ?? Path.Combine(RepositoryFolder.Path, "src", "Web"),
        };
        foreach (var (key, value) in Environment)
        {
            start.Environment[key] = value;
        }

        process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var http = new HttpClient { BaseAddress = Address };
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync("/health/ready");
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException) when (waited.Elapsed < Patience)
            {
                // Not listening yet.
            }

            if (process.HasExited || waited.Elapsed > Patience)
            {
                if (process.HasExited)
                {
                    // Until all that it said has been read.
                    await process.WaitForExitAsync();
                }

                throw new InvalidOperationException($"The server is not ready.\n{Output}");
            }

            await Task.Delay(10);
        }
    }

    /// <summary>Waits until it has ended by itself. Gives the exit code.</summary>
    public async Task<int> Ended()
    {
        await process!.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>SIGKILL: nothing of the process runs any more after this.</summary>
    public async Task Kill()
    {
        process!.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM: a graceful stop. Gives the exit code.</summary>
    public async Task<int> Terminate()
    {
        await Signal("TERM");
        await process!.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>SIGSTOP: it does nothing any more, and does not know.</summary>
    public Task Pause() => Signal("STOP");

    /// <summary>SIGCONT.</summary>
    public Task Continue() => Signal("CONT");

    private async Task Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
        {
            await Kill();
        }

        process?.Dispose();
        Directory.Delete(Data, recursive: true);
        File.Delete(Tombstones);
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is { } text)
        {
            lock (output)
            {
                output.Add(text);
            }
        }
    }
}
