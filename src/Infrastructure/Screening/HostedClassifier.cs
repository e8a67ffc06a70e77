using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using RandomChat.Application.Events;
using RandomChat.Application.Screening;
using RandomChat.Domain.Moderation;

namespace RandomChat.Infrastructure.Screening;

/// <summary>Settings of a classifier elsewhere.</summary>
public sealed class HostedClassifierOptions
{
    public const string Section = "Screening:Hosted";

    /// <summary>Where it is asked; null: nowhere.</summary>
    public Uri? Url { get; set; }

    /// <summary>Its secret; null where it needs none.</summary>
    public string? ApiKey { get; set; }

    public string Model { get; set; } = "omni-moderation-latest";
}

/// <summary>
/// A classifier elsewhere that speaks OpenAI's moderation interface (<c>POST /v1/moderations</c>). It gets the text and
/// nothing that says whose it is. Whoever waits for it waits <see cref="Patience"/> at most, and after
/// <see cref="FailuresToBreak"/> failures in a row, or half of more, it is not asked for <see cref="BreakLength"/>.
/// </summary>
public sealed class HostedClassifier(IHttpClientFactory clients, IOptions<HostedClassifierOptions> options, TimeProvider clock) : ITextClassifier
{
    public const string ClientName = "hosted-classifier";

    /// <summary>The first part of the rules of its findings.</summary>
    public const string Name = "openai";

    public const int FailuresToBreak = 5;
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(800);
    public static readonly TimeSpan BreakLength = TimeSpan.FromSeconds(30);

    // Around the whole question, not in the client: a body that stalls, a secret that is refused and an answer that says
    // nothing are failures as well, and whoever only sends sees none of them. Whatever is thrown counts, but for the
    // caller's own cancellation.
    private readonly ResiliencePipeline pipeline = new ResiliencePipelineBuilder { TimeProvider = clock }
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions
        {
            FailureRatio = 0.5,
            MinimumThroughput = FailuresToBreak,
            SamplingDuration = BreakLength,
            BreakDuration = BreakLength,
        })
        .AddTimeout(Patience)
        .Build();

    // What its categories are called here. It knows nothing of spam; what depicts violence or self-harm threatens nobody.
    private static readonly Dictionary<string, ScreeningCategory> Categories = new()
    {
        ["harassment"] = ScreeningCategory.Toxic,
        ["hate"] = ScreeningCategory.Hate,
        ["hate/threatening"] = ScreeningCategory.Threat,
        ["harassment/threatening"] = ScreeningCategory.Threat,
        ["self-harm/instructions"] = ScreeningCategory.Threat,
        ["sexual"] = ScreeningCategory.Sexual,
        ["sexual/minors"] = ScreeningCategory.ChildSafety,
    };

    public async Task<Classification> Classify(string text, CancellationToken ct)
    {
        try
        {
            return await pipeline.ExecuteAsync(async asking => await Ask(text, asking), ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new DependencyUnavailableException("hosted-classifier", e);
        }
    }

    private async Task<Classification> Ask(string text, CancellationToken ct)
    {
        using var client = clients.CreateClient(ClientName);
        using var response = await client.PostAsJsonAsync(options.Value.Url, new Question(options.Value.Model, text), ct);
        response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadFromJsonAsync<Answer>(ct);
        if (answer?.Results is not [{ Scores: { } scores }] || scores.Values.Any(score => score is not (>= 0 and <= 1)))
        {
            throw new JsonException("The hosted classifier answered something else than scores from 0 to 1.");
        }

        return new(Name, answer.Model ?? options.Value.Model, ByCategory(scores));
    }

    private static Dictionary<ScreeningCategory, double> ByCategory(Dictionary<string, double> scores) => scores
        .Where(score => Categories.ContainsKey(score.Key))
        .GroupBy(score => Categories[score.Key])
        .ToDictionary(category => category.Key, category => category.Max(score => score.Value));

    private sealed record Question([property: JsonPropertyName("model")] string Model, [property: JsonPropertyName("input")] string Input);

    private sealed record Answer(
        [property: JsonPropertyName("model")] string? Model, [property: JsonPropertyName("results")] IReadOnlyList<Result>? Results);

    private sealed record Result([property: JsonPropertyName("category_scores")] Dictionary<string, double>? Scores);
}
