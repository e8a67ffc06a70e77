using System.Globalization;

namespace RandomChat.Drills;

/// <summary>The time of day as one server sees it, which can jump. Timers go on as usual, as they do when a clock is set.</summary>
internal sealed class Clock : IDisposable
{
    /// <summary>The variable that tells a server where its clock lies.</summary>
    public const string Variable = "RANDOMCHAT_DRILL_CLOCK";
    private readonly string file = Path.GetTempFileName();

    public Clock() => Set(TimeSpan.Zero);

    /// <summary>What a server needs in its environment to go by this clock: it loads this program, as <see cref="ClockStartup"/> says.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Environment =>
    [
        new(Variable, file), new("DOTNET_STARTUP_HOOKS", typeof(Clock).Assembly.Location),
        new("ASPNETCORE_HOSTINGSTARTUPASSEMBLIES", typeof(Clock).Assembly.GetName().Name),
    ];

    /// <summary>The faults that it makes.</summary>
    public IEnumerable<Fault> Faults(string whose) =>
    [
        Jump($"the clock of {whose} is an hour ahead", TimeSpan.FromHours(1)), Jump($"the clock of {whose} is ten minutes behind", TimeSpan.FromMinutes(-10)),
    ];

    public void Dispose() => File.Delete(file);

    private Fault Jump(string name, TimeSpan ahead) => Fault.AtOnce(name, 15, () => Set(ahead), () => Set(TimeSpan.Zero));

    private void Set(TimeSpan ahead) => File.WriteAllText(file, ahead.Ticks.ToString(CultureInfo.InvariantCulture));
}
