namespace RandomChat.Application.Visitors;

/// <summary>What partners learn of visitors.</summary>
public interface IPublicProfiles
{
    /// <exception cref="Events.DependencyUnavailableException">It cannot be looked up now.</exception>
    ValueTask<PublicProfile> Find(Guid visitorId, CancellationToken ct);
}

/// <param name="DisplayName">Null where none was given or it is forgotten.</param>
/// <param name="IsVerified">The staff knows who this is.</param>
public sealed record PublicProfile(string? DisplayName, bool IsVerified)
{
    /// <summary>The badge of who is verified, on the wire.</summary>
    public const string Verified = "verified";

    /// <summary>Of whom nothing is known.</summary>
    public static PublicProfile None { get; } = new(null, false);

    /// <summary>The badges that partners are shown.</summary>
    public IReadOnlyList<string> Badges => IsVerified ? [Verified] : [];
}
