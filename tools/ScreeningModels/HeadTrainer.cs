using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Trainers;
using Microsoft.ML.Transforms.Text;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening;
using RandomChat.Infrastructure.Screening.Models;

namespace RandomChat.ScreeningModels;

/// <summary>
/// Trains the five heads on the fifths 2 to 4 of labelled texts: one part for all that counts words and runs of letters,
/// each weighted by how rare it is, and a logistic regression a head. The same texts give the same bytes.
/// </summary>
/// <param name="progress">Is told what is done next, a line each.</param>
public sealed class HeadTrainer(Action<string> progress)
{
    private const int Seed = 20_261_128;

    // How many different ones are kept, by their length in words or letters: as many as fit into two megabytes a file.
    private static readonly int[] MostWords = [30_000, 50_000];
    private static readonly int[] MostLetters = [200, 2_000, 20_000, 60_000];

    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly LocalTextScreen Screen = new();

    /// <summary>Writes the files of the heads to a folder, which is made where it is not there.</summary>
    /// <exception cref="OperationCanceledException">Between two steps, some seconds each. Files of some heads may be written then; the list is not.</exception>
    public HeadFiles Train(IReadOnlyList<Example> corpus, string folder, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        var context = new MLContext(Seed);

        // In an order by chance, since the first of what is counted is what is kept, and the data sets differ in length.
        var examples = corpus.Where(one => one.Fifth >= 2).ToArray();
        new Random(Seed).Shuffle(examples);
        progress($"reading {examples.Length} texts");
        var texts = new Dictionary<Example, string>(ReferenceEqualityComparer.Instance);
        foreach (var one in examples)
        {
            texts[one] = Read(one.Text);
        }

        ct.ThrowIfCancellationRequested();

        progress("counting words and runs of letters");
        var features = Featurizer(context).Fit(context.Data.LoadFromEnumerable(examples.Select(one => new HeadInput { Text = texts[one] })));
        Save(context, features, context.Data.LoadFromEnumerable<HeadInput>([]).Schema, Path.Combine(folder, HeadFiles.FeaturesFile));

        foreach (var head in Classification.Heads)
        {
            ct.ThrowIfCancellationRequested();
            var known = examples.Where(one => one.Teaches(head)).ToArray();
            progress($"training {head} on {known.Length} texts, {known.Count(one => one.Labels[head])} of them positive");
            var view = Featurised(context, features, known.Select(one => (texts[one], one.Labels[head])));
            var trainer = context.BinaryClassification.Trainers.LbfgsLogisticRegression(new LbfgsLogisticRegressionBinaryTrainer.Options
            {
                L1Regularization = 0,
                L2Regularization = 0.5f,
                NumberOfThreads = 1,
            });
            Save(context, trainer.Fit(view), view.Schema, Path.Combine(folder, HeadFiles.FileOf(head)));
        }

        ct.ThrowIfCancellationRequested();
        var files = HeadFiles.Write(folder);
        progress($"version {files.Version}");
        return files;
    }

    private static string Read(string text) => HeadText.Of(text, Screen.Inspect(text).Findings);

    private static TextFeaturizingEstimator Featurizer(MLContext context) => context.Transforms.Text.FeaturizeText(
        nameof(HeadFeatures.Features),
        new TextFeaturizingEstimator.Options
        {
            // HeadText did what there is to do.
            CaseMode = TextNormalizingEstimator.CaseMode.None,
            KeepDiacritics = true,
            KeepPunctuations = true,
            KeepNumbers = true,
            WordFeatureExtractor = Counted(MostWords),
            CharFeatureExtractor = Counted(MostLetters),
        },
        nameof(HeadInput.Text));

    private static WordBagEstimator.Options Counted(int[] most) => new()
    {
        NgramLength = most.Length,
        UseAllLengths = true,
        MaximumNgramsCount = most,
        Weighting = NgramExtractingEstimator.WeightingCriteria.TfIdf,
    };

    /// <summary>The features without the names of their slots, which would be saved with every head.</summary>
    private static IDataView Featurised(MLContext context, ITransformer features, IEnumerable<(string Text, bool Label)> rows)
    {
        var labelled = features.Transform(context.Data.LoadFromEnumerable(rows.Select(row => new LabelledInput { Text = row.Text, Label = row.Label })));
        var size = ((VectorDataViewType)labelled.Schema[nameof(HeadFeatures.Features)].Type).Size;
        var schema = SchemaDefinition.Create(typeof(LabelledFeatures));
        schema[nameof(LabelledFeatures.Features)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, size);
        return context.Data.LoadFromEnumerable(
            context.Data.CreateEnumerable<LabelledFeatures>(labelled, reuseRowObject: false).ToArray(), schema);
    }

    /// <summary>Saves a model without the time at which it was saved.</summary>
    private static void Save(MLContext context, ITransformer model, DataViewSchema schema, string path)
    {
        using var saved = new MemoryStream();
        context.Model.Save(model, schema, saved);
        using var from = new ZipArchive(saved, ZipArchiveMode.Read);
        using var to = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (var entry in from.Entries.OrderBy(entry => entry.FullName, StringComparer.Ordinal))
        {
            var copy = to.CreateEntry(entry.FullName, CompressionLevel.SmallestSize);
            copy.LastWriteTime = NoTime;
            using var source = entry.Open();
            using var target = copy.Open();
            source.CopyTo(target);
        }
    }

    private sealed class LabelledInput
    {
        public string Text { get; set; } = string.Empty;

        public bool Label { get; set; }
    }

    private sealed class LabelledFeatures
    {
        public VBuffer<float> Features { get; set; }

        public bool Label { get; set; }
    }
}
