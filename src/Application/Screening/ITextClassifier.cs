using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Screening;

/// <summary>
/// Something that learned from examples what texts are about: trained heads in this process, or a service elsewhere. Slower
/// than what looks for words, and sometimes wrong about people for what they are; so it is asked after delivery, or where
/// something else was found already, and its word alone never blocks (<see cref="ScreeningPolicy.Judge"/>).
/// Safe for several threads.
/// </summary>
public interface ITextClassifier
{
    /// <summary>Scores a text of any length and content. <see cref="ScreeningPolicy.FindingsOf"/> says what follows.</summary>
    /// <exception cref="DependencyUnavailableException">There is no answer now.</exception>
    Task<Classification> Classify(string text, CancellationToken ct);
}
