using RandomChat.Application.Moderation;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>Which verdicts that people look at no case knows of yet.</summary>
public sealed partial class SqlitePairingIndex : ICaseVerdictIndex
{
    public event Action<CaseVerdict>? Came;

    public IReadOnlyList<CaseVerdict> Unflagged() => Query(file => file.Unflagged());
}
