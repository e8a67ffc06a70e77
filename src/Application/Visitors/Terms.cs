namespace RandomChat.Application.Visitors;

/// <summary>The terms that a session accepts. A new version ends every session that accepted an older one.</summary>
public static class Terms
{
    public const string Version = "2026-11";
}
