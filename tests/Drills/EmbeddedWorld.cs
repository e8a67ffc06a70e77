using System.Diagnostics;
using RandomChat.Engines;

namespace RandomChat.Drills;

/// <summary>One server with nothing beside it, its data in a small file system of its own.</summary>
internal sealed class EmbeddedWorld : World
{
    private readonly Clock clock = new();
    private readonly ServerProcess server;
    private readonly NetworkProxy door;
    private readonly List<Fault> faults = [];
    private bool isMounted;

    private EmbeddedWorld()
    {
        var settings = Settings();
        foreach (var (name, value) in clock.Environment)
        {
            settings[name] = value;
        }

        server = new(settings);
        door = new(server.Address.Port);
    }

    public override IReadOnlyList<Uri> Doors => [new($"http://127.0.0.1:{door.Port}")];

    public override IReadOnlyList<Fault> Faults => faults;

    public override IReadOnlyList<(string Name, ServerProcess Server)> Servers => [("server", server)];

    public override ServerProcess Measured => server;

    public static async Task<World> Start()
    {
        var world = new EmbeddedWorld();
        try
        {
            world.isMounted = await Run("mount", "-t", "tmpfs", "-o", "size=512m", "tmpfs", world.server.Data) == 0;
            await world.server.Start();
            world.Prepare();
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    public override async Task<IReadOnlyList<int>> StopServers() => [await server.Terminate()];

    public override async ValueTask DisposeAsync()
    {
        await door.DisposeAsync();
        await server.Kill();
        if (isMounted)
        {
            await Run("umount", server.Data);
        }

        await server.DisposeAsync();
        clock.Dispose();
    }

    private void Prepare()
    {
        faults.AddRange(
        [
            new("the server is killed", 8, server.Kill, server.Start, EndsProcess: true),
            new("the server is stopped and started", 8, server.Terminate, server.Start, EndsProcess: true),
            new("the server is paused", 20, server.Pause, server.Continue),
            Fault.AtOnce("everybody's connection breaks", 5, door.Cut, door.Heal),
            Fault.AtOnce("everybody's connection is silent", 20, door.Silence, door.Heal),
            .. clock.Faults("the server"),
        ]);
        if (isMounted)
        {
            var ballast = Path.Combine(server.Data, "ballast");
            faults.Add(Fault.AtOnce("the disk is full", 40, () => Fill(ballast), () => File.Delete(ballast)));
        }
        else
        {
            DidNotTry("a full disk: a small file system cannot be mounted here");
        }
    }

    private static void Fill(string file)
    {
        using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1);
        foreach (var size in new[] { 1 << 20, 1 << 12 })
        {
            try
            {
                while (true)
                {
                    stream.Write(new byte[size]);
                }
            }
            catch (IOException)
            {
                // No more of this size.
            }
        }
    }

    private static async Task<int> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
