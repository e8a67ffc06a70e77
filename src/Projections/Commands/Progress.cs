using System.Globalization;
using RandomChat.Application.Events;
using Spectre.Console;

namespace RandomChat.Projections.Commands;

/// <summary>
/// Says how far a long command has come, how fast it goes and how long it will take: a bar on a terminal, else a line
/// every two seconds. It goes to the error stream; results go to the output.
/// </summary>
internal static class Progress
{
    private static readonly TimeSpan ALine = TimeSpan.FromSeconds(2);

    /// <param name="end">The position at which the work is done; null where that is not known.</param>
    /// <param name="work">Says the position that it has reached, as often as it likes.</param>
    public static Task<T> Show<T>(string what, LogPosition? end, Func<Action<LogPosition>, Task<T>> work) =>
        Show(what, end?.Value ?? 0, passed => work(position => passed(position.Value)));

    /// <param name="end">How much there is to do; 0 where that is not known.</param>
    /// <param name="work">Says how much it has done, as often as it likes.</param>
    public static async Task<T> Show<T>(string what, long end, Func<Action<long>, Task<T>> work)
    {
        var meter = new Meter(end);
        return Console.IsErrorRedirected ? await Lines(what, meter, work) : await Bar(what, meter, work);
    }

    private static async Task<T> Lines<T>(string what, Meter meter, Func<Action<long>, Task<T>> work)
    {
        await using var timer = TimeProvider.System.CreateTimer(_ => Console.Error.WriteLine($"{what}: {meter}"), null, ALine, ALine);
        return await work(meter.Reach);
    }

    private static async Task<T> Bar<T>(string what, Meter meter, Func<Action<long>, Task<T>> work)
    {
        var screen = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await screen.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()).StartAsync(async bar =>
        {
            var task = bar.AddTask(Markup.Escape(what), maxValue: Math.Max(1, meter.End));
            await using var timer = TimeProvider.System.CreateTimer(
                _ =>
                {
                    task.Value = meter.Reached;
                    task.Description = Markup.Escape($"{what}  {meter.Speed}");
                },
                null, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
            return await work(meter.Reach);
        });
    }

    private sealed class Meter(long end)
    {
        private readonly long began = TimeProvider.System.GetTimestamp();
        private long reached;

        public long End => end;

        public long Reached => Volatile.Read(ref reached);

        public string Speed
        {
            get
            {
                var rate = Reached / Math.Max(0.001, TimeProvider.System.GetElapsedTime(began).TotalSeconds);
                var left = rate > 0 ? TimeSpan.FromSeconds(Math.Max(0, end - Reached) / rate) : TimeSpan.Zero;
                return string.Create(CultureInfo.InvariantCulture, $"{rate:N0}/s, {(rate > 0 ? $"{left:hh\\:mm\\:ss} left" : "time left not known yet")}");
            }
        }

        public void Reach(long amount) => Volatile.Write(ref reached, amount);

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"{Reached:N0} of {end:N0} ({(end == 0 ? 1 : Math.Min(1, (double)Reached / end)):P0}), {Speed}");
    }
}
