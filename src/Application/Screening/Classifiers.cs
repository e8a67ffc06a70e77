namespace RandomChat.Application.Screening;

/// <summary>Which classifiers there are.</summary>
/// <param name="local">Answers at once, from this process; null where there is none.</param>
/// <param name="hosted">Answers when it comes to it, from elsewhere; null where none is configured.</param>
public sealed class Classifiers(ITextClassifier? local, ITextClassifier? hosted = null)
{
    /// <summary>Asked about whatever is delivered, and on a message's way where something was found already.</summary>
    public ITextClassifier? Local => local;

    /// <summary>Asked besides about what is delivered, never on a message's way.</summary>
    public ITextClassifier? Hosted => hosted;
}
