using RandomChat.Application.Moderation;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>Which severe verdicts no case knows of yet.</summary>
public sealed partial class SqlitePairingIndex : ISevereVerdictIndex
{
    public event Action<SevereVerdict>? Came;

    public IReadOnlyList<SevereVerdict> Unflagged() => Query(file => file.Unflagged());
}
