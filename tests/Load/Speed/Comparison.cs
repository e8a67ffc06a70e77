using System.Globalization;

namespace RandomChat.Load.Speed;

/// <summary>One number that a run found.</summary>
/// <param name="Name">With its unit; the head of its column.</param>
/// <param name="Value">NaN where the server has no such thing.</param>
/// <param name="Decimals">How many are printed.</param>
/// <param name="HasRatio">Whether the product's is divided by the bare server's.</param>
internal sealed record Figure(string Name, double Value, int Decimals = 0, bool HasRatio = false);

/// <summary>Runs a scenario against servers that are started anew each time, by turns, and prints what each run found.</summary>
/// <param name="settings">The product's, over the defaults.</param>
internal sealed class Comparison(IReadOnlyDictionary<string, string?> settings, Func<Subject, IReadOnlyList<Figure>> scenario)
{
    private const int NameWidth = 22;

    /// <param name="rounds">How many runs each gets.</param>
    /// <param name="compares">Whether the bare server is measured beside the product.</param>
    public async Task Run(int rounds, bool compares)
    {
        var (products, bares) = (new List<IReadOnlyList<Figure>>(), new List<IReadOnlyList<Figure>>());
        for (var run = 0; run < rounds * (compares ? 2 : 1); run++)
        {
            // A B B A A B …: what the machine does by and by falls on both.
            var isBare = compares && run % 4 is 1 or 2;
            await using Subject subject = isBare ? new Bare() : new Product(settings);
            await subject.Start();
            var found = scenario(subject);
            if (run == 0)
            {
                Console.WriteLine(new string(' ', NameWidth) + string.Concat(found.Select(figure => figure.Name.PadLeft(Width(figure)))));
            }

            Print(subject.Name, found);
            (isBare ? bares : products).Add(found);
        }

        if (rounds > 1)
        {
            Summarise("product", products);
        }

        if (rounds > 1 && compares)
        {
            Summarise("bare SignalR", bares);
        }

        if (compares)
        {
            Print("product to bare", [.. products[0].Select((figure, i) => figure with
            {
                Value = figure.HasRatio ? Median(products, i) / Median(bares, i) : double.NaN,
                Decimals = 2,
            })]);
        }
    }

    private static void Summarise(string name, List<IReadOnlyList<Figure>> runs)
    {
        Print($"{name}, median", [.. runs[0].Select((figure, i) => figure with { Value = Median(runs, i) })]);
        Print($"{name}, ±", [.. runs[0].Select((figure, i) => figure with { Value = (runs.Max(run => run[i].Value) - runs.Min(run => run[i].Value)) / 2 })]);
    }

    private static double Median(List<IReadOnlyList<Figure>> runs, int figure)
    {
        var sorted = runs.Select(run => run[figure].Value).Order().ToArray();
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }

    private static int Width(Figure figure) => Math.Max(figure.Name.Length, 7) + 3;

    private static void Print(string name, IReadOnlyList<Figure> figures) => Console.WriteLine(name.PadRight(NameWidth) + string.Concat(figures.Select(figure =>
        (!double.IsFinite(figure.Value) ? "–" : figure.Value.ToString($"N{figure.Decimals}", CultureInfo.InvariantCulture)).PadLeft(Width(figure)))));
}
