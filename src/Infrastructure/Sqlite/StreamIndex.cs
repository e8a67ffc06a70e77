using Microsoft.Data.Sqlite;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>
/// Where in the log the events of a stream are. They are entered in batches: each of the streams that are written to at the same
/// time has a page of its own here, and to write them all with each commit costs more than the events themselves. What is not
/// entered yet lies at the end of the log and is looked through. Files of format 1 have an index that SQLite keeps with each event.
/// </summary>
internal static class StreamIndex
{
    /// <summary>What it adds to the log's schema.</summary>
    public const string Schema =
        """
        CREATE TABLE IF NOT EXISTS places (
            stream   TEXT    NOT NULL,
            revision INTEGER NOT NULL,
            position INTEGER NOT NULL,
            PRIMARY KEY (stream, revision)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS placed (up_to INTEGER NOT NULL); -- positions behind it have no place yet
        INSERT INTO placed (up_to) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM placed);
        """;

    /// <summary>Enters all that is not yet.</summary>
    public const string Enter =
        """
        INSERT INTO places (stream, revision, position)
            SELECT stream, revision, position FROM events WHERE position > (SELECT up_to FROM placed) ORDER BY stream, revision;
        UPDATE placed SET up_to = (SELECT coalesce(max(position), 0) FROM events);
        """;

    /// <summary>
    /// Gives a connection the views <c>indexed_events</c>, to be asked by stream, and <c>fresh_events</c>, which are few: together
    /// they are the log. They are the connection's own, so that an older file is read without being changed.
    /// </summary>
    public static void AddViews(SqliteConnection connection)
    {
        var (indexed, fresh) = IsBatched(connection)
            ? ("""
               SELECT e.position, p.stream, p.revision, e.id, e.type, e.at, e.data, e.metadata
               FROM main.places p CROSS JOIN main.events e ON e.position = p.position
               """,
               "SELECT * FROM main.events WHERE position > (SELECT up_to FROM main.placed)")
            : ("SELECT * FROM main.events", "SELECT * FROM main.events WHERE FALSE");
        connection.Run($"PRAGMA temp_store=MEMORY; CREATE TEMP VIEW indexed_events AS {indexed}; CREATE TEMP VIEW fresh_events AS {fresh};");
    }

    public static bool IsBatched(SqliteConnection connection) =>
        connection.Number("SELECT count(*) FROM main.sqlite_schema WHERE name = 'places'") > 0;
}
