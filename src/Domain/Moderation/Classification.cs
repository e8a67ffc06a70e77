namespace RandomChat.Domain.Moderation;

/// <summary>What a classifier makes of a text.</summary>
/// <param name="Model">Which classifier, in one word; the first part of the rule of its findings.</param>
/// <param name="Version">Of the model, recorded with what follows from it.</param>
/// <param name="Scores">
/// 0 to 1 by category, as far as the classifier knows them; how sure it is, not how bad the text. See <see cref="Heads"/> for
/// those of the trained heads.
/// </param>
public sealed record Classification(string Model, string Version, IReadOnlyDictionary<ScreeningCategory, double> Scores)
{
    /// <summary>The <see cref="Model"/> of the trained heads.</summary>
    public const string HeadsModel = "model";

    /// <summary>What the trained heads tell, one each.</summary>
    public static IReadOnlyList<ScreeningCategory> Heads { get; } =
    [
        ScreeningCategory.Toxic, ScreeningCategory.Hate, ScreeningCategory.Threat, ScreeningCategory.Sexual, ScreeningCategory.Spam,
    ];
}
