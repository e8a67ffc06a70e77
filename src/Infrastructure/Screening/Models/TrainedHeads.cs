using System.Collections.Concurrent;
using Microsoft.ML;
using RandomChat.Application.Screening;
using RandomChat.Domain.Moderation;

namespace RandomChat.Infrastructure.Screening.Models;

/// <summary>
/// The five heads of <see cref="Classification.Heads"/>, trained by <c>tools/ScreeningModels</c> on the texts that the model
/// card names. Their files are checked when it is made and loaded when it is first asked.
/// </summary>
public sealed class TrainedHeads : ITextClassifier
{
    /// <summary>The first part of the rules of their findings.</summary>
    public const string Name = Classification.HeadsModel;

    private readonly LocalTextScreen screen = new();
    private readonly Lazy<Loaded> loaded;
    private readonly HeadFiles files;

    /// <param name="folder">Where the models are; null: the folder beside the program.</param>
    /// <exception cref="ScreeningModelException">A file is missing or damaged.</exception>
    public TrainedHeads(string? folder = null)
    {
        folder = string.IsNullOrWhiteSpace(folder) ? Path.Combine(AppContext.BaseDirectory, HeadFiles.DefaultFolder) : Path.GetFullPath(folder);
        files = HeadFiles.Read(folder);
        loaded = new(() => new(folder));
    }

    /// <summary>Recorded with what the heads found; other files have another one.</summary>
    public string Version => files.Version;

    /// <summary>
    /// Done when it returns, but for the first ones: loading the models takes a second, and a message on its way is not to
    /// wait for that.
    /// </summary>
    public Task<Classification> Classify(string text, CancellationToken ct) =>
        ct.IsCancellationRequested ? Task.FromCanceled<Classification>(ct)
        : loaded is { IsValueCreated: true, Value.IsReady: true } ? Task.FromResult(Classify(text))
        : Task.Run(() => Classify(text), ct);

    /// <summary>The same at once: there is nothing to wait for but the first loading.</summary>
    /// <exception cref="ScreeningModelException">The files are no models that this version of the program can load.</exception>
    public Classification Classify(string text) =>
        new(Name, Version, loaded.Value.Score(HeadText.Of(text, screen.Inspect(text).Findings)));

    private sealed class Loaded
    {
        private readonly MLContext context = new(seed: 0);
        private readonly ITransformer features;
        private readonly (ScreeningCategory Head, HeadModel Model)[] heads;

        // An engine keeps buffers of its own and serves one thread at a time.
        private readonly ConcurrentBag<(PredictionEngine<HeadInput, HeadFeatures> Engine, HeadFeatures Result)> engines = [];

        public Loaded(string folder)
        {
            try
            {
                features = context.Model.Load(Path.Combine(folder, HeadFiles.FeaturesFile), out _);
                heads = [.. Classification.Heads.Select(head => (head, HeadModel.Load(context, Path.Combine(folder, HeadFiles.FileOf(head)))))];
            }
            catch (Exception e) when (e is IOException or FormatException or InvalidOperationException or ArgumentException)
            {
                throw new ScreeningModelException(folder, e.Message, e);
            }
        }

        /// <summary>Whether an engine is free; to make one takes a while, too.</summary>
        public bool IsReady => !engines.IsEmpty;

        public Dictionary<ScreeningCategory, double> Score(string read)
        {
            var engine = engines.TryTake(out var free) ? free : (context.Model.CreatePredictionEngine<HeadInput, HeadFeatures>(features), new());
            try
            {
                var result = engine.Item2;
                engine.Item1.Predict(new() { Text = read }, ref result);
                var values = result.Features;
                return heads.ToDictionary(head => head.Head, head => head.Model.Score(values));
            }
            finally
            {
                engines.Add(engine);
            }
        }
    }
}
