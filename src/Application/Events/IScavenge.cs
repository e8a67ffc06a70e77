namespace RandomChat.Application.Events;

/// <summary>Removes from disk what the log hides already, e.g. events older than their stream's <c>$maxAge</c>. Called about once a minute.</summary>
public interface IScavenge
{
    ValueTask Scavenge(CancellationToken ct);
}
