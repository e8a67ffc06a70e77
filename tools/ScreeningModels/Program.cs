using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening.Models;
using RandomChat.ScreeningModels;

const string Usage = """
    report <data> [<file>] [--elsewhere <folder>]
        Measures the screening on the held-out texts of the data sets, and on others, name.tsv each; writes what
        docs/screening-report.md holds.
    train <data> <output>
        Trains the heads and proposes thresholds for the policy. The same data give the same files.
    """;

using var cancel = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    cancel.Cancel();
};

try
{
    switch (args)
    {
        case ["train", var data, var output]:
            var corpus = Corpus.Read(data);
            new HeadTrainer(Console.WriteLine).Train(corpus, output, cancel.Token);
            Console.WriteLine("thresholds, from the fifth that is for them:");
            foreach (var (head, score) in HeadMeasures.Thresholds(new TrainedHeads(output), corpus))
            {
                Console.WriteLine(FormattableString.Invariant($"  {head}: {score:F3}"));
            }

            return 0;

        case ["report", var data, .. var rest]:
            var at = Array.IndexOf(rest, "--elsewhere");
            var elsewhere = at >= 0 && at + 1 < rest.Length ? Corpus.ReadElsewhere(rest[at + 1]) : [];
            var report = ScreeningReport.Make(Corpus.Read(data), [.. elsewhere]);
            if (rest is [var file, ..] && at != 0)
            {
                File.WriteAllText(file, report);
            }
            else
            {
                Console.Write(report);
            }

            return 0;

        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Cancelled.");
    return 130;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or ScreeningModelException)
{
    Console.Error.WriteLine(e.Message);
    return 3;
}
