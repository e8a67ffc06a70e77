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
        var meter = new ProgressMeter(end, TimeProvider.System);
        return Console.IsErrorRedirected ? await Lines(what, meter, work) : await Bar(what, meter, work);
    }

    private static async Task<T> Lines<T>(string what, ProgressMeter meter, Func<Action<long>, Task<T>> work)
    {
        await using var timer = TimeProvider.System.CreateTimer(_ => Console.Error.WriteLine($"{what}: {meter}"), null, ALine, ALine);
        return await work(meter.Reach);
    }

    private static async Task<T> Bar<T>(string what, ProgressMeter meter, Func<Action<long>, Task<T>> work)
    {
        var screen = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        ProgressColumn[] columns = meter.End > 0
            ? [new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()]
            : [new TaskDescriptionColumn(), new SpinnerColumn()];
        return await screen.Progress().AutoClear(true).Columns(columns).StartAsync(async bar =>
        {
            var task = bar.AddTask(Markup.Escape(what), maxValue: Math.Max(1, meter.End));
            task.IsIndeterminate = meter.End == 0;
            await using var timer = TimeProvider.System.CreateTimer(
                _ =>
                {
                    // A task that reached its end is one that is done.
                    task.Value = meter.End > 0 ? meter.Reached : 0;
                    task.Description = Markup.Escape($"{what}  {(meter.End > 0 ? meter.Speed : meter)}");
                },
                null, TimeSpan.Zero, TimeSpan.FromMilliseconds(200));
            return await work(meter.Reach);
        });
    }
}
