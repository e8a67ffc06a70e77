using System.Diagnostics;
using System.Net;
using System.Reflection.PortableExecutable;

namespace RandomChat.Web.Tests.Hosting;

/// <summary>What an operator does first: clone, publish, start somewhere else.</summary>
public sealed class PublishTests
{
    [Fact(Explicit = true)]
    public async Task Published_for_the_first_time_from_a_clean_clone_it_is_compiled_ahead_and_every_asset_is_served_compressed()
    {
        var folder = Directory.CreateTempSubdirectory("randomchat-publish-");
        var clone = Path.Combine(folder.FullName, "clone");
        var output = Path.Combine(folder.FullName, "out");
        var elsewhere = folder.CreateSubdirectory("elsewhere");
        await Run(folder.FullName, "git", "clone", "--quiet", RepositoryFolder.Path, clone);
        await Run(clone, "dotnet", "publish", "src/Web", "-c", "Release", "-o", output, "-nodeReuse:false", "-p:UseSharedCompilation=false");

        Assert.True(IsCompiledAhead(Path.Combine(output, "RandomChat.Web.dll")));
        Assert.True(IsCompiledAhead(Path.Combine(output, "Microsoft.EntityFrameworkCore.dll")));
        var start = new ProcessStartInfo("dotnet", [Path.Combine(output, "RandomChat.Web.dll"), "--urls", "http://127.0.0.1:0"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = elsewhere.FullName,
        };
        using var server = Process.Start(start)!;
        try
        {
            using var http = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None })
            {
                BaseAddress = await AddressOf(server),
            };
            var files = Directory.EnumerateFiles(Path.Combine(clone, "src", "Web", "wwwroot"), "*", SearchOption.AllDirectories)
                .Select(file => "/" + Path.GetRelativePath(Path.Combine(clone, "src", "Web", "wwwroot"), file).Replace('\\', '/'))
                .ToArray();

            Assert.Contains("/lib/signalr.min.js", files);
            foreach (var file in files)
            {
                using var answer = await http.Send(HttpMethod.Get, file, null, ("Accept-Encoding", "gzip"));
                Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{file}: {answer.StatusCode}");
                Assert.True(answer.Content.Headers.ContentEncoding.Contains("gzip"), $"{file} is not compressed.");
            }

            using var page = await http.GetAsync("/");
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            Assert.True(File.Exists(Path.Combine(elsewhere.FullName, "data", "events.db")), "The data directory is not at the working directory.");
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
            folder.Delete(recursive: true);
        }
    }

    private static bool IsCompiledAhead(string assembly)
    {
        using var reader = new PEReader(File.OpenRead(assembly));
        return reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }

    private static async Task<Uri> AddressOf(Process server)
    {
        const string Listening = "Now listening on: ";
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await server.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.IndexOf(Listening, StringComparison.Ordinal) is var at and >= 0)
            {
                _ = server.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return new(line[(at + Listening.Length)..].Trim().TrimEnd('"', '}'));
            }
        }

        throw new InvalidOperationException("The published server did not start.");
    }

    private static async Task Run(string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}\n{await output}\n{await error}");
    }
}
