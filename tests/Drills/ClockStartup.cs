using System.Globalization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Drills;

[assembly: HostingStartup(typeof(ClockStartup))]

namespace RandomChat.Drills;

/// <summary>
/// Runs inside the server, as ASP.NET Core's hosting startups do: all of the product asks a <see cref="TimeProvider"/> for the
/// time, and this is the first that is registered. A library that lies to the whole process was tried and made the runtime's
/// waiting threads spin; the framework's own times of day (the dates of answers, of cookies and tokens) therefore do not jump.
/// </summary>
public sealed class ClockStartup : IHostingStartup
{
    public void Configure(IWebHostBuilder builder)
    {
        if (Environment.GetEnvironmentVariable(Clock.Variable) is { Length: > 0 } file)
        {
            builder.ConfigureServices(services => services.AddSingleton<TimeProvider>(new JumpingTime(file)));
        }
    }

    private sealed class JumpingTime(string file) : TimeProvider
    {
        private const int LookEveryMilliseconds = 500;
        private long looked;
        private long ahead;

        public override DateTimeOffset GetUtcNow()
        {
            var now = Environment.TickCount64;
            if (now - Interlocked.Read(ref looked) > LookEveryMilliseconds)
            {
                Interlocked.Exchange(ref looked, now);

                // Empty for the moment in which it is written.
                if (long.TryParse(File.ReadAllText(file), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var ticks))
                {
                    Interlocked.Exchange(ref ahead, ticks);
                }
            }

            return base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref ahead));
        }
    }
}
