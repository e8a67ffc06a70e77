namespace RandomChat.Application.Accounts;

/// <summary>Where the names, passwords and addresses of visitors' accounts lie, outside the log, so that they can be deleted.</summary>
public interface IAccountStore
{
    /// <summary>Deletes what is there on a visitor's account. Doing it again, or where there is none, does no harm.</summary>
    /// <exception cref="Events.DependencyUnavailableException">Nothing was deleted.</exception>
    Task Delete(Guid visitorId, CancellationToken ct);

    /// <summary>The same of many visitors.</summary>
    /// <returns>How many accounts there were.</returns>
    /// <exception cref="Events.DependencyUnavailableException">Some may not be deleted.</exception>
    Task<int> Delete(IReadOnlyCollection<Guid> visitorIds, CancellationToken ct);
}
