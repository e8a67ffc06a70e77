using System.Net;
using System.Runtime.Versioning;

namespace RandomChat.Web.Tests.Hosting;

/// <summary>What an operator reads at the first start of all.</summary>
public sealed class FirstStartTests
{
    [Fact]
    public async Task A_server_that_starts_with_nothing_there_warns_of_nothing()
    {
        await using var server = await RunningServer.Start();
        using var http = server.NewBrowser();
        await Wait.Until(async () =>
        {
            using var ready = await http.GetAsync("/health/ready");
            return ready.StatusCode == HttpStatusCode.OK;
        });

        // The first visitor who looks for an account is the first to use its tables.
        await http.Enter();
        using var account = await http.GetAsync("/account");
        Assert.Equal(HttpStatusCode.OK, account.StatusCode);
        Assert.NotEmpty(server.Log.Lines);
        Assert.DoesNotContain(server.Log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal) || line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_data_directory_that_the_server_makes_is_its_own_alone_and_one_that_others_may_read_is_left_and_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such modes.");
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        const UnixFileMode Everybody = Owner | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        var root = Directory.CreateTempSubdirectory("randomchat-modes-");
        try
        {
            File.SetUnixFileMode(root.FullName, Everybody);
            var data = Path.Combine(root.FullName, "data");
            await using (var server = await RunningServer.Start(data: data))
            {
                Assert.Equal(Owner, File.GetUnixFileMode(data));
                Assert.DoesNotContain(server.Log.Lines, IsWarning);
            }

            File.SetUnixFileMode(data, Everybody);
            await using (var server = await RunningServer.Start(data: data))
            {
                Assert.Equal(Everybody, File.GetUnixFileMode(data));
                Assert.Contains(data, Assert.Single(server.Log.Lines, IsWarning), StringComparison.Ordinal);
            }
        }
        finally
        {
            root.Delete(recursive: true);
        }

        static bool IsWarning(string line) => line.Contains("Every user of this machine", StringComparison.Ordinal);
    }
}
