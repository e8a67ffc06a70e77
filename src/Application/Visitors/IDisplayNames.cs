namespace RandomChat.Application.Visitors;

/// <summary>The names that visitors go by.</summary>
public interface IDisplayNames
{
    /// <summary>The visitor's display name, or null where none was given or it is forgotten.</summary>
    ValueTask<string?> Find(Guid visitorId, CancellationToken ct);
}
