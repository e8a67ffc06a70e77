using RandomChat.Application.Sealing;

namespace RandomChat.Infrastructure.Secrets;

/// <summary>
/// What every node has to know and nobody else: roots of derived keys, and the keys of tokens and cookies. They lie wrapped under
/// the master keys, so that a copy of where they lie lets nobody make a token. Read at the start and now and then, seldom written.
/// </summary>
/// <exception cref="Application.Events.DependencyUnavailableException">The store does not answer; of every member.</exception>
/// <exception cref="SealingException">The master keys are lost or others; of every member.</exception>
public interface ISecretStore : IWrappedSecrets
{
    /// <summary>32 random bytes of this name, the same on every node; made by whichever asks first.</summary>
    /// <param name="name">Letters, digits, <c>.</c>, <c>-</c> and <c>_</c>, as all names.</param>
    byte[] Random(string name);

    /// <summary>The names of those that there are.</summary>
    IReadOnlyList<string> RandomNames();

    /// <summary>Deletes one; one that does not exist is passed over.</summary>
    void RemoveRandom(string name);

    /// <summary>All texts of a kind.</summary>
    IReadOnlyList<string> Texts(string kind);

    /// <summary>Stores a text; one that is there under this name stays.</summary>
    void AddText(string kind, string name, string text);
}
