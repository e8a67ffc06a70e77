using System.Diagnostics;
using System.Globalization;
using System.Net;
using RandomChat.Web.Tests.Realtime;

namespace RandomChat.Web.Tests.Hosting;

/// <summary>The server as a container runs it: a user without rights, and a root in which only its store and a folder for temporary files can be written to.</summary>
public sealed class ReadOnlyRootTests
{
    private const string User = "1654";

    /// <summary>In a namespace of its own, so that nothing but this process sees the root that way. The program takes its place, with its process id.</summary>
    private const string Enclose = """
        set -e
        mount --make-rprivate /
        mount --bind "$1" "$1"
        mount -o remount,bind,ro / || exit 97
        if touch "$2/probe" 2>/dev/null; then exit 98; fi
        cd "$1"
        exec setpriv --reuid "$3" --regid "$3" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all dotnet "$2/RandomChat.Web.dll" --urls "$4"
        """;

    [Fact(Explicit = true)]
    public async Task It_serves_and_stops_in_a_root_that_it_cannot_write_to()
    {
        Assert.SkipUnless(Environment.UserName == "root" && File.Exists("/usr/bin/unshare"), "Needs Linux, root and unshare: mounts are changed for the program alone.");
        var store = Directory.CreateTempSubdirectory("randomchat-readonly-");
        try
        {
            store.CreateSubdirectory("tmp");
            await Run("chown", "-R", $"{User}:{User}", store.FullName);
            var start = new ProcessStartInfo("unshare", ["--mount", "bash", "-c", Enclose, "enclose", store.FullName, AppContext.BaseDirectory.TrimEnd('/'), User, "http://127.0.0.1:0"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment["RandomChat__DataDirectory"] = Path.Combine(store.FullName, "data");
            start.Environment["Captcha__Mode"] = "off";
            start.Environment["TMPDIR"] = Path.Combine(store.FullName, "tmp");
            start.Environment["DOTNET_EnableDiagnostics"] = "0";
            using var server = Process.Start(start)!;
            var output = new List<string>();
            try
            {
                var address = await Address(server, output);
                if (address is null)
                {
                    await server.WaitForExitAsync();
                    Assert.SkipWhen(server.ExitCode == 97, "Mounts may not be changed here.");
                    Assert.Fail($"It ended with {server.ExitCode}. {string.Join('\n', output)} {await server.StandardError.ReadToEndAsync()}");
                }

                using var http = new HttpClient { BaseAddress = address };
                await http.Enter("Ann");
                using var page = await http.GetAsync("/chat");
                using var desk = await http.GetAsync("/admin/sign-in");
                await using var visitor = await HubVisitor.Enter(address);

                Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (page.StatusCode, desk.StatusCode));
                await Run("kill", "-TERM", server.Id.ToString(CultureInfo.InvariantCulture));
                Assert.Equal("restarting", (await visitor.Next("notice")).Text("code"));
                await server.WaitForExitAsync();
                Assert.Equal(0, server.ExitCode);
            }
            finally
            {
                if (!server.HasExited)
                {
                    server.Kill();
                    await server.WaitForExitAsync();
                }
            }

            Assert.DoesNotContain(output, line => line.Contains("Read-only file system", StringComparison.Ordinal) || line.Contains(" fail: ", StringComparison.Ordinal));
            Assert.Empty(store.GetDirectories("tmp").Single().GetFileSystemInfos());
        }
        finally
        {
            store.Delete(recursive: true);
        }
    }

    /// <summary>Where it listens; null where it ended before. What it says from then on is kept as well.</summary>
    private static async Task<Uri?> Address(Process server, List<string> output)
    {
        const string Listening = "Now listening on: ";
        while (await server.StandardOutput.ReadLineAsync() is { } line)
        {
            output.Add(line);
            if (line.IndexOf(Listening, StringComparison.Ordinal) is var at and >= 0)
            {
                _ = Task.Run(async () =>
                {
                    while (await server.StandardOutput.ReadLineAsync() is { } next)
                    {
                        output.Add(next);
                    }
                });
                return new(line[(at + Listening.Length)..].Trim());
            }
        }

        return null;
    }

    private static async Task Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }
}
