namespace RandomChat.Application.Screening;

/// <summary>Which classifiers are asked, and when.</summary>
/// <param name="local">Answers at once, from this process; null where there is none.</param>
/// <param name="hosted">Answers when it comes to it, from elsewhere; null where none is configured.</param>
public sealed class Classifiers(ITextClassifier? local, ITextClassifier? hosted = null)
{
    /// <summary>Asked on a message's way, where something was found already.</summary>
    public ITextClassifier? OnTheWay => local;

    /// <summary>Asked about what is delivered, each where the one before gives no answer.</summary>
    public IReadOnlyList<ITextClassifier> AfterDelivery { get; } = [.. new[] { hosted, local }.OfType<ITextClassifier>()];
}
