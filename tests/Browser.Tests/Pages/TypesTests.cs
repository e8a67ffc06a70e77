using System.ComponentModel;
using System.Diagnostics;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Browser.Tests.Pages;

public sealed class TypesTests
{
    [Fact]
    public async Task The_scripts_pass_the_type_checker()
    {
        var web = Path.Combine(RepositoryFolder.Path, "src", "Web");
        var compiler = Path.Combine(web, "node_modules", "typescript", "lib", "tsc.js");
        Assert.SkipUnless(File.Exists(compiler), "TypeScript is not installed; npm ci in src/Web does that.");
        var start = new ProcessStartInfo("node", [compiler, "--project", Path.Combine(web, "tsconfig.json")])
        {
            RedirectStandardOutput = true,
        };

        using var check = Run(start);
        var output = await check.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await check.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(check.ExitCode == 0, output);
    }

    private static Process Run(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Skip("Node is not installed.");
            throw;
        }
    }
}
