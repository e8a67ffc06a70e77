namespace RandomChat.Web.Pages.Admin;

/// <summary>Bars of a chart by the hour, in the units of its drawing.</summary>
public sealed class HourChart
{
    public const int Width = 740;
    public const int Height = 176;

    /// <summary>The width that the bars share; beside it stand the numbers of the lines.</summary>
    public const int Plot = 704;
    public const int BarWidth = 20;

    private const int Base = 152;
    private const int Top = 12;
    private static readonly int[] Steps = [1, 2, 5];

    public HourChart(IReadOnlyList<int> counts)
    {
        var step = StepFor(counts.Max());
        var most = Math.Max(step, (int)Math.Ceiling(counts.Max() / (double)step) * step);
        double YOf(int count) => Base - ((Base - Top) * count / (double)most);
        Lines = [.. Enumerable.Range(0, (most / step) + 1).Select(n => n * step).Select(value => ((int)YOf(value), value))];
        Bars = [.. counts.Select((count, n) =>
        {
            var y = (int)YOf(count);
            return ((int)(n * Plot / (double)counts.Count) + 4, y, Base - y);
        })];
    }

    public IReadOnlyList<(int Y, int Value)> Lines { get; }

    public IReadOnlyList<(int X, int Y, int Height)> Bars { get; }

    /// <summary>So that there are four lines at most, at round numbers.</summary>
    private static int StepFor(int most)
    {
        for (var power = 1; ; power *= 10)
        {
            foreach (var step in Steps)
            {
                if (step * power * 3 >= most)
                {
                    return step * power;
                }
            }
        }
    }
}
