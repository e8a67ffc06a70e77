using System.Data.Common;
using RandomChat.Application.Events;

namespace RandomChat.Projections.Engine;

/// <summary>Tells failures of a database from other ones. EF Core wraps some of them in exceptions of another kind.</summary>
internal static class Outages
{
    /// <summary>Runs what asks a database; where it does not answer, that is said by its name.</summary>
    /// <exception cref="DependencyUnavailableException">The database does not answer.</exception>
    public static async Task<T> Named<T>(string dependency, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is not (OperationCanceledException or DependencyUnavailableException)
            && Causes(e).Any(cause => cause is DbException or TimeoutException or IOException or UnauthorizedAccessException))
        {
            throw new DependencyUnavailableException(dependency, e);
        }
    }

    /// <summary>An exception and what is inside it, outermost first.</summary>
    public static IEnumerable<Exception> Causes(Exception e)
    {
        for (var cause = e; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
