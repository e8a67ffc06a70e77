using Microsoft.Extensions.DependencyInjection;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Infrastructure;

/// <summary>A store that several servers can reach, and that bears a mark: which log what lies in it comes from.</summary>
public interface ILogMark
{
    /// <summary>The setting that names the store, e.g. <c>ConnectionStrings:Redis</c>.</summary>
    string Setting { get; }

    /// <summary>What takes the mark away, for an operator who knows that the other log is gone.</summary>
    string Removal { get; }

    /// <summary>Sets the mark where there is none.</summary>
    /// <param name="takesOver">Whether to replace another one.</param>
    /// <returns>The mark that is there now.</returns>
    /// <exception cref="Application.Events.DependencyUnavailableException">The store does not answer.</exception>
    Task<string> Set(string mark, bool takesOver, CancellationToken ct);
}

/// <summary>
/// Keeps two embedded logs out of one Postgres and one Redis, where two histories would be mixed into one lobby and one set of read
/// models. Servers on EventStoreDB share a log and so a mark; it takes the place of the one of the log that was moved there.
/// </summary>
internal static class LogMarks
{
    /// <summary>Of any log on EventStoreDB.</summary>
    internal const string EventStoreDb = "EventStoreDB";

    /// <exception cref="ForeignLogException">A store belongs to another log.</exception>
    /// <exception cref="Application.Events.DependencyUnavailableException">A store, or the log, does not answer.</exception>
    public static async Task Check(IServiceProvider provider, CancellationToken ct)
    {
        var marks = provider.GetServices<ILogMark>().ToArray();
        if (marks.Length == 0)
        {
            return;
        }

        var embedded = provider.GetService<SqliteEventStore>();
        var mine = embedded is null ? EventStoreDb : $"{await embedded.Identity(ct):D}";
        foreach (var mark in marks)
        {
            if (await mark.Set(mine, takesOver: embedded is null, ct) is var found && found != mine)
            {
                throw new ForeignLogException(mark, found == EventStoreDb);
            }
        }
    }
}

/// <summary>A store that the settings name belongs to another event log; the message says what to do.</summary>
public sealed class ForeignLogException : Exception
{
    internal ForeignLogException(ILogMark mark, bool isOnEventStoreDb)
        : base(
            $"What {mark.Setting} names belongs to {(isOnEventStoreDb ? "a log on EventStoreDB" : "another event log")}, and this server has an embedded one: "
            + $"two histories would be mixed. Name a store of its own, or, for several servers, one log for all of them (ConnectionStrings:EventStoreDb). "
            + $"If the other log is gone for good: {mark.Removal}.")
    {
    }
}
