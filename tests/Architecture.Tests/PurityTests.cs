using System.Diagnostics;
using System.Security.Cryptography;

namespace RandomChat.Architecture.Tests;

/// <summary>Time, chance and the machine reach the rules inside commands, and all other code through its ports.</summary>
public sealed class PurityTests
{
    private static readonly string[] ClocksOnTheWall =
    [
        "System.DateTime.get_Now",
        "System.DateTime.get_UtcNow",
        "System.DateTime.get_Today",
        "System.DateTimeOffset.get_Now",
        "System.DateTimeOffset.get_UtcNow",
    ];

    private static readonly string[] BannedInDomain =
    [
        .. ClocksOnTheWall,
        "System.Guid.NewGuid",
        "System.Guid.CreateVersion7",
    ];

    private static readonly string[] TypesBannedInDomain =
    [
        "System.DateTime",
        "System.TimeProvider",
        "System.Random",
        "System.Security.Cryptography.RandomNumberGenerator",
        "System.Diagnostics.Stopwatch",
        "System.Environment",
        "System.IO.File",
        "System.Console",
        "System.Threading.Thread",
        "System.Threading.Tasks.Task",
    ];

    [Fact]
    public void Domain_asks_no_clock_no_chance_and_no_machine()
    {
        var domain = Il.Of("Domain");

        Assert.Empty(BannedInDomain.Intersect(domain.Members));
        Assert.Empty(TypesBannedInDomain.Intersect(domain.Types));
        Assert.Empty(TypesBannedInDomain.Intersect(domain.Members.Select(OwnerOf)));
    }

    [Theory]
    [InlineData("Application")]
    [InlineData("Infrastructure")]
    [InlineData("Projections")]
    [InlineData("Web")]
    public void Time_comes_from_the_TimeProvider_alone(string project) =>
        Assert.Empty(ClocksOnTheWall.Intersect(Il.Of(project).Members));

    /// <summary>This assembly uses everything that is banned, in <see cref="Offender"/>: a scanner that missed one would fail here.</summary>
    [Fact]
    public void The_scanner_finds_each_of_them_where_it_is_used()
    {
        Assert.NotNull((Action)Offender.Offend);
        var offender = Il.Read(typeof(PurityTests).Assembly.Location);

        Assert.Empty(BannedInDomain.Except(offender.Members));
        Assert.Empty(TypesBannedInDomain.Except(offender.Types));
    }

    [Fact]
    public void The_scanner_sees_members_of_generic_types()
    {
        Assert.Contains("System.Collections.Generic.HashSet`1.Contains", Il.Of("Domain").Members);
    }

    private static string OwnerOf(string member) => member[..member.LastIndexOf('.')];

    private static class Offender
    {
        public static void Offend()
        {
            object[] used =
            [
                DateTime.Now, DateTime.UtcNow, DateTime.Today, DateTimeOffset.Now, DateTimeOffset.UtcNow,
                Guid.NewGuid(), Guid.CreateVersion7(), TimeProvider.System, Random.Shared, RandomNumberGenerator.GetInt32(2),
                Stopwatch.GetTimestamp(), Environment.MachineName, File.Exists("."), Console.IsInputRedirected,
                Thread.CurrentThread, Task.CompletedTask,
            ];
            GC.KeepAlive(used);
        }
    }
}
