using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Polly;
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
/// nothing that says whose it is. Whoever waits for it waits 800 ms at most; after failures it is left alone for a while
/// (<see cref="ScreeningSetup"/>).
/// </summary>
public sealed class HostedClassifier(IHttpClientFactory clients, IOptions<HostedClassifierOptions> options) : ITextClassifier
{
    public const string ClientName = "hosted-classifier";

    private const string Provider = "openai";

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
            using var client = clients.CreateClient(ClientName);
            using var response = await client.PostAsJsonAsync(options.Value.Url, new Question(options.Value.Model, text), ct);
            response.EnsureSuccessStatusCode();
            var answer = await response.Content.ReadFromJsonAsync<Answer>(ct);
            if (answer?.Results is not [{ Scores: { } scores }])
            {
                throw new JsonException("The hosted classifier answered something else than scores.");
            }

            return new(Provider, answer.Model ?? options.Value.Model, ByCategory(scores));
        }
        catch (Exception e) when (e is HttpRequestException or ExecutionRejectedException or JsonException or IOException)
        {
            throw new DependencyUnavailableException("hosted-classifier", e);
        }
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
