using System.Globalization;
using Microsoft.Data.Sqlite;
using RandomChat.Application.Moderation;
using SQLitePCL;

namespace RandomChat.Infrastructure.Sqlite;

/// <summary>
/// The file <c>index.db</c>. It holds nothing that the log does not, so a file that is damaged, foreign or of another
/// version is deleted, and nothing waits for a sync. Of the rows one caller at a time reads; one writes beside it. Whether there are
/// rows of somebody may be asked by any number at once, also of a file that is closed.
/// </summary>
internal sealed class PairingIndexFile : IDisposable
{
    /// <summary>"RCPI" in the header says that the file is ours.</summary>
    private const long ApplicationId = 0x52435049;

    /// <summary>Raise it when the tables, or what goes into them, change: older files are then refilled.</summary>
    private const long Version = 9;

    /// <summary>So long a verdict waits for its case, and is known to have one: longer than any outage should last.</summary>
    private static readonly TimeSpan VerdictsKept = TimeSpan.FromDays(7);

    /// <summary>Beyond this size damage is found when it is met: a start does not take longer as the index grows.</summary>
    private const long FullyCheckedUpTo = 8 << 20;

    private const string Schema =
        """
        CREATE TABLE checkpoint (
            one      INTEGER PRIMARY KEY CHECK (one = 1),
            position INTEGER NOT NULL,
            log      TEXT    NOT NULL); -- the id of the log's first event
        CREATE TABLE open_matches (match_id TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE meetings (
            who TEXT NOT NULL, visitor TEXT NOT NULL, device TEXT NOT NULL, ended_at INTEGER NOT NULL, -- ticks, UTC
            PRIMARY KEY (who, visitor, device)) WITHOUT ROWID;
        CREATE INDEX meetings_by_end ON meetings (ended_at);
        CREATE TABLE blocks (
            who TEXT NOT NULL, visitor TEXT NOT NULL, device TEXT NOT NULL,
            PRIMARY KEY (who, visitor, device)) WITHOUT ROWID;
        CREATE TABLE bans (
            who TEXT NOT NULL, sanction TEXT NOT NULL, visitor TEXT NOT NULL, until INTEGER NOT NULL, -- ticks, UTC
            PRIMARY KEY (who, sanction)) WITHOUT ROWID;
        CREATE INDEX bans_by_sanction ON bans (sanction);
        CREATE TABLE warnings (sanction TEXT PRIMARY KEY, visitor TEXT NOT NULL) WITHOUT ROWID; -- not shown yet
        CREATE INDEX warnings_by_visitor ON warnings (visitor);
        CREATE TABLE escalations (visitor TEXT PRIMARY KEY, due INTEGER NOT NULL) WITHOUT ROWID; -- ticks, UTC
        CREATE TABLE open_reports (report TEXT PRIMARY KEY, visitor TEXT NOT NULL, device TEXT NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX open_reports_by_visitor ON open_reports (visitor, reason, device);
        CREATE TABLE case_verdicts (
            match TEXT, visitor TEXT, policy TEXT, warns INTEGER, message TEXT NOT NULL, at INTEGER NOT NULL, flagged INTEGER NOT NULL,
            PRIMARY KEY (match, visitor, policy, warns)) WITHOUT ROWID;
        CREATE INDEX case_verdicts_by_time ON case_verdicts (at);
        CREATE INDEX case_verdicts_unflagged ON case_verdicts (at) WHERE flagged = 0;
        CREATE TABLE erasures (visitor TEXT PRIMARY KEY) WITHOUT ROWID; -- whose key may be there still
        CREATE TABLE addresses ( -- in no event: lost with this file
            address TEXT, sanction TEXT, until INTEGER NOT NULL, severe INTEGER NOT NULL, PRIMARY KEY (address, sanction)) WITHOUT ROWID;
        """;

    /// <summary>So many ids of a table are read at a start, in a fraction of a second; of a larger one every question is a query.</summary>
    private const int MostRemembered = 500_000;

    private const int FewBits = 1 << 20;
    private const int ManyBits = 1 << 23;

    /// <summary>What is pruned is so long past its time at most.</summary>
    private static readonly TimeSpan BetweenPrunings = TimeSpan.FromSeconds(1);

    private readonly SqliteConnection _writer;
    private readonly SqliteConnection _reader;
    private readonly PresenceFilter _bannedOnes = new(FewBits);
    private readonly PresenceFilter _warnedOnes = new(FewBits);
    private readonly PresenceFilter _escalatedOnes = new(FewBits);
    private readonly PresenceFilter _blockingOnes = new(ManyBits);

    /// <summary>Meetings are forgotten: who met since the last change of the two is in the first, who met before it in the second.</summary>
    private volatile PresenceFilter[] _meetingOnes = [new(ManyBits), new(ManyBits)];
    private DateTimeOffset _meetingOnesSince = DateTimeOffset.MinValue;
    private DateTimeOffset _prunedAt = DateTimeOffset.MinValue;
    private readonly List<SqliteCommand> _commands = [];
    private readonly SqliteCommand _open;
    private readonly SqliteCommand _close;
    private readonly SqliteCommand _met;
    private readonly SqliteCommand _block;
    private readonly SqliteCommand _prune;
    private readonly SqliteCommand _ban;
    private readonly SqliteCommand _lift;
    private readonly SqliteCommand _warn;
    private readonly SqliteCommand _told;
    private readonly SqliteCommand _escalate;
    private readonly SqliteCommand _escalationOver;
    private readonly SqliteCommand _report;
    private readonly SqliteCommand _reportOver;
    private readonly SqliteCommand _reportsOver;
    private readonly SqliteCommand _screen;
    private readonly SqliteCommand _flag;
    private readonly SqliteCommand _unflagged;
    private readonly SqliteCommand _erase;
    private readonly SqliteCommand _erasureOver;
    private readonly SqliteCommand _erasures;
    private readonly SqliteCommand _warned;
    private readonly SqliteCommand _escalated;
    private readonly SqliteCommand _escalationsDue;
    private readonly SqliteCommand _escalationsPossible;
    private readonly SqliteCommand _markAddress;
    private readonly SqliteCommand _liftAddresses;
    private readonly SqliteCommand _pruneAddresses;
    private readonly SqliteCommand _pruneVerdicts;
    private readonly SqliteCommand _banned;
    private readonly SqliteCommand _atAddress;
    private readonly SqliteCommand _setCheckpoint;
    private readonly SqliteCommand _openMatches;
    private readonly SqliteCommand _excluded;
    private readonly SqliteCommand _metBy;

    private PairingIndexFile(string file)
    {
        _writer = SqliteConnections.Open(file, SqliteOpenMode.ReadWriteCreate, seconds: 2);
        try
        {
            Prepare(file);
            Remember("SELECT who FROM bans", _bannedOnes, text: true);
            Remember("SELECT visitor FROM warnings", _warnedOnes);
            Remember("SELECT visitor FROM escalations", _escalatedOnes);
            Remember("SELECT who FROM blocks", _blockingOnes);
            Remember("SELECT who FROM meetings", _meetingOnes[0]);
            _reader = SqliteConnections.Open(file, SqliteOpenMode.ReadOnly, seconds: 2);
        }
        catch
        {
            _writer.Dispose();
            throw;
        }

        _open = Keep(_writer.Command("INSERT OR IGNORE INTO open_matches VALUES ($match, $position)", "$match", "$position"));
        _close = Keep(_writer.Command("DELETE FROM open_matches WHERE match_id = $match", "$match"));
        _met = Keep(_writer.Command(
            """
            INSERT INTO meetings VALUES ($who, $visitor, $device, $endedAt)
            ON CONFLICT DO UPDATE SET ended_at = max(ended_at, excluded.ended_at)
            """,
            "$who", "$visitor", "$device", "$endedAt"));
        _block = Keep(_writer.Command("INSERT OR IGNORE INTO blocks VALUES ($who, $visitor, $device)", "$who", "$visitor", "$device"));
        _prune = Keep(_writer.Command("DELETE FROM meetings WHERE ended_at < $before", "$before"));
        _ban = Keep(_writer.Command("INSERT OR REPLACE INTO bans VALUES ($who, $sanction, $visitor, $until)", "$who", "$sanction", "$visitor", "$until"));
        _lift = Keep(_writer.Command("DELETE FROM bans WHERE sanction = $sanction", "$sanction"));
        _warn = Keep(_writer.Command("INSERT OR IGNORE INTO warnings VALUES ($sanction, $visitor)", "$sanction", "$visitor"));
        _told = Keep(_writer.Command("DELETE FROM warnings WHERE sanction = $sanction", "$sanction"));
        _escalate = Keep(_writer.Command("INSERT OR REPLACE INTO escalations VALUES ($visitor, $due)", "$visitor", "$due"));
        _escalationOver = Keep(_writer.Command("DELETE FROM escalations WHERE visitor = $visitor", "$visitor"));
        _report = Keep(_writer.Command(
            "INSERT OR IGNORE INTO open_reports VALUES ($report, $visitor, $device, $reason)", "$report", "$visitor", "$device", "$reason"));
        _reportOver = Keep(_writer.Command("DELETE FROM open_reports WHERE report = $report", "$report"));
        _reportsOver = Keep(_writer.Command("DELETE FROM open_reports WHERE visitor = $visitor", "$visitor"));
        _screen = Keep(_writer.Command(
            "INSERT OR IGNORE INTO case_verdicts VALUES ($match, $visitor, $policy, $warns, $message, $at, 0)",
            "$match", "$visitor", "$policy", "$warns", "$message", "$at"));
        _flag = Keep(_writer.Command(
            "UPDATE case_verdicts SET flagged = 1 WHERE match = $match AND visitor = $visitor AND policy = $policy AND warns = $warns",
            "$match", "$visitor", "$policy", "$warns"));
        _erase = Keep(_writer.Command("INSERT OR IGNORE INTO erasures VALUES ($visitor)", "$visitor"));
        _erasureOver = Keep(_writer.Command("DELETE FROM erasures WHERE visitor = $visitor", "$visitor"));
        _markAddress = Keep(_writer.Command(
            "INSERT OR REPLACE INTO addresses VALUES ($address, $sanction, $until, $severe)", "$address", "$sanction", "$until", "$severe"));
        _liftAddresses = Keep(_writer.Command("DELETE FROM addresses WHERE sanction = $sanction", "$sanction"));
        _pruneVerdicts = Keep(_writer.Command("DELETE FROM case_verdicts WHERE at < $before", "$before"));
        _pruneAddresses = Keep(_writer.Command("DELETE FROM addresses WHERE until <= $now", "$now"));
        _setCheckpoint = Keep(_writer.Command("INSERT OR REPLACE INTO checkpoint VALUES (1, $position, $log)", "$position", "$log"));
        _openMatches = Keep(_reader.Command("SELECT match_id FROM open_matches ORDER BY position"));
        _excluded = Keep(_reader.Command("SELECT visitor, device FROM blocks WHERE who IN ($visitor, $device)", "$visitor", "$device"));
        _metBy = Keep(_reader.Command(
            "SELECT visitor, device, ended_at FROM meetings WHERE who IN ($visitor, $device) AND ended_at >= $since",
            "$visitor", "$device", "$since"));
        _banned = Keep(_reader.Command("SELECT DISTINCT visitor FROM bans WHERE who IN ($visitor, $mark) AND until > $now", "$visitor", "$mark", "$now"));
        _warned = Keep(_reader.Command("SELECT sanction FROM warnings WHERE visitor = $visitor", "$visitor"));
        _escalated = Keep(_reader.Command("SELECT visitor FROM escalations WHERE visitor = $visitor", "$visitor"));
        _escalationsDue = Keep(_reader.Command("SELECT visitor FROM escalations WHERE due <= $now ORDER BY due", "$now"));
        _unflagged = Keep(_reader.Command("SELECT match, message, visitor, policy, warns, at FROM case_verdicts WHERE flagged = 0 ORDER BY at LIMIT 500"));
        _erasures = Keep(_reader.Command("SELECT visitor FROM erasures LIMIT 500"));
        _escalationsPossible = Keep(_reader.Command(
            """
            SELECT visitor, group_concat(report) FROM open_reports
            WHERE visitor IN (
                SELECT visitor FROM open_reports WHERE reason <> $leftOut AND visitor NOT IN (SELECT visitor FROM escalations)
                GROUP BY visitor, reason HAVING count(DISTINCT device) >= $reporters)
            GROUP BY visitor
            """,
            "$reporters", "$leftOut"));
        _atAddress = Keep(_reader.Command("SELECT until, severe FROM addresses WHERE address = $address AND until > $now ORDER BY severe DESC, until DESC LIMIT 1", "$address", "$now"));
    }

    /// <summary>Opens the file, or a new one in its place where it cannot be used.</summary>
    public static PairingIndexFile Open(string file)
    {
        if (Path.GetDirectoryName(file) is { } folder)
        {
            PrivateFolder.Make(folder);
        }

        try
        {
            return new(file);
        }
        catch (SqliteException e) when (IsBroken(e))
        {
            Delete(file);
            return new(file);
        }
    }

    public static bool IsBroken(SqliteException e) => e.SqliteErrorCode is raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT;

    public static void Delete(string file)
    {
        // The database last: without it, what is left beside it would be read into the next one.
        File.Delete(file + "-wal");
        File.Delete(file + "-shm");
        File.Delete(file);
    }

    /// <summary>How far the rows go, and in which log; null for an empty index.</summary>
    public (long Position, Guid Log)? Checkpoint()
    {
        using var command = _writer.Command("SELECT position, log FROM checkpoint");
        using var rows = command.ExecuteReader();
        return rows.Read() ? (rows.GetInt64(0), rows.GetGuid(1)) : null;
    }

    public bool MayExclude(Guid visitor, Guid device) => _blockingOnes.MayHave(visitor) || _blockingOnes.MayHave(device);

    public bool MayHaveMet(Guid visitor, Guid device)
    {
        var both = _meetingOnes;
        return both[0].MayHave(visitor) || both[0].MayHave(device) || both[1].MayHave(visitor) || both[1].MayHave(device);
    }

    /// <param name="who">A visitor's id as it is stored, or the mark of a browser.</param>
    public bool MayBeBanned(string who) => _bannedOnes.MayHave(who);

    public bool MayBeWarned(Guid visitor) => _warnedOnes.MayHave(visitor);

    public bool MayBeEscalated(Guid visitor) => _escalatedOnes.MayHave(visitor);

    /// <summary>Writes rows and checkpoint together.</summary>
    /// <param name="keepSince">Meetings that ended earlier are dropped.</param>
    /// <param name="now">Addresses whose time is over by then are dropped, and verdicts that are too old to open a case.</param>
    public void Apply(IEnumerable<PairingChange> changes, long position, Guid log, DateTimeOffset keepSince, DateTimeOffset now)
    {
        if (_meetingOnesSince < keepSince)
        {
            // Whoever is only in the one that goes met too long ago by now.
            _meetingOnes = [new(ManyBits), _meetingOnes[0]];
            _meetingOnesSince = now;
        }

        _writer.Run("BEGIN IMMEDIATE");
        try
        {
            foreach (var change in changes)
            {
                Apply(change, keepSince);
            }

            if ((now - _prunedAt).Duration() >= BetweenPrunings)
            {
                _prune.With(keepSince.UtcTicks).ExecuteNonQuery();
                _pruneAddresses.With(now.UtcTicks).ExecuteNonQuery();
                _pruneVerdicts.With((now - VerdictsKept).UtcTicks).ExecuteNonQuery();
                _prunedAt = now;
            }

            _setCheckpoint.With(position, Text(log)).ExecuteNonQuery();
            _writer.Run("COMMIT");
        }
        catch
        {
            if (raw.sqlite3_get_autocommit(_writer.Handle) == 0)
            {
                _writer.Run("ROLLBACK");
            }

            throw;
        }
    }

    public List<Guid> OpenMatches() => Rows(_openMatches, rows => rows.GetGuid(0));

    public List<(Guid Visitor, Guid Device)> Excluded(Guid visitor, Guid device) =>
        Rows(_excluded, rows => (rows.GetGuid(0), rows.GetGuid(1)), Text(visitor), Text(device));

    public List<(Guid Visitor, Guid Device, DateTimeOffset EndedAt)> MetBy(Guid visitor, Guid device, DateTimeOffset since) =>
        Rows(
            _metBy,
            rows => (rows.GetGuid(0), rows.GetGuid(1), new DateTimeOffset(rows.GetInt64(2), TimeSpan.Zero)),
            Text(visitor), Text(device), since.UtcTicks);

    /// <param name="marks">Hardly ever more than one.</param>
    public IEnumerable<Guid> Banned(Guid? visitor, IReadOnlyList<string> marks, DateTimeOffset now)
    {
        var found = Rows(_banned, rows => rows.GetGuid(0), visitor is { } id ? Text(id) : string.Empty, marks is [var first, ..] ? first : string.Empty, now.UtcTicks);
        foreach (var mark in marks.Skip(1))
        {
            found.AddRange(Rows(_banned, rows => rows.GetGuid(0), string.Empty, mark, now.UtcTicks));
        }

        return found;
    }

    public bool HasUntoldWarning(Guid visitor) => Rows(_warned, rows => rows.GetGuid(0), Text(visitor)).Count > 0;

    public bool IsEscalated(Guid visitor) => Rows(_escalated, rows => rows.GetGuid(0), Text(visitor)).Count > 0;

    public List<Guid> EscalationsDue(DateTimeOffset now) => Rows(_escalationsDue, rows => rows.GetGuid(0), now.UtcTicks);

    /// <param name="reporters">So many browsers at least that gave the same reason.</param>
    /// <param name="leftOut">The reason that does not count, as it is stored.</param>
    public List<PossibleEscalation> EscalationsPossible(int reporters, string leftOut) =>
        Rows(_escalationsPossible, rows => new PossibleEscalation(rows.GetGuid(0), rows.GetString(1)), reporters, leftOut);

    public List<CaseVerdict> Unflagged() => Rows(
        _unflagged,
        rows => new CaseVerdict(
            rows.GetGuid(0), rows.GetGuid(1), rows.GetGuid(2), rows.GetString(3), rows.GetInt64(4) != 0, new(rows.GetInt64(5), TimeSpan.Zero)));

    public List<Guid> Erasures() => Rows(_erasures, rows => rows.GetGuid(0));

    public void FinishErasure(Guid visitor) => _erasureOver.With(Text(visitor)).ExecuteNonQuery();

    public (DateTimeOffset Until, bool IsSevere)? AtAddress(string address, DateTimeOffset now) =>
        Rows<(DateTimeOffset, bool)?>(_atAddress, rows => (new(rows.GetInt64(0), TimeSpan.Zero), rows.GetInt64(1) != 0), address, now.UtcTicks)
            .FirstOrDefault();

    public void MarkAddress(Guid sanction, string address, DateTimeOffset until, bool isSevere) =>
        _markAddress.With(address, Text(sanction), until.UtcTicks, isSevere ? 1 : 0).ExecuteNonQuery();

    public void Dispose()
    {
        _commands.ForEach(command => command.Dispose());
        _reader.Dispose();
        _writer.Dispose();
    }

    private void Prepare(string file)
    {
        var (application, version) = (_writer.Number("PRAGMA application_id"), _writer.Number("PRAGMA user_version"));
        if ((application, version) != (ApplicationId, Version) && _writer.Number("SELECT count(*) FROM sqlite_master") + application > 0)
        {
            throw new SqliteException($"{file} is no index of this version.", raw.SQLITE_NOTADB);
        }

        if (new FileInfo(file).Length is > 0 and <= FullyCheckedUpTo && _writer.Text("PRAGMA quick_check(1)") != "ok")
        {
            throw new SqliteException($"{file} is damaged.", raw.SQLITE_CORRUPT);
        }

        _writer.Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;");
        if (application == 0)
        {
            _writer.Run(string.Create(CultureInfo.InvariantCulture,
                $"BEGIN IMMEDIATE; {Schema} PRAGMA application_id={ApplicationId}; PRAGMA user_version={Version}; COMMIT;"));
        }
    }

    /// <summary>Before the first row can be seen: who is not remembered has none.</summary>
    private void Remember(string query, PresenceFilter filter, bool text = false)
    {
        using var command = _writer.Command($"{query} LIMIT {MostRemembered + 1}");
        using var rows = command.ExecuteReader();
        for (var count = 0; rows.Read(); count++)
        {
            if (count == MostRemembered)
            {
                filter.Fill();
                return;
            }

            if (text)
            {
                filter.Add(rows.GetString(0));
            }
            else
            {
                filter.Add(rows.GetGuid(0));
            }
        }
    }

    private void Apply(PairingChange change, DateTimeOffset keepSince)
    {
        switch (change)
        {
            case PairingChange.Opened opened:
                _open.With(Text(opened.MatchId), opened.Position).ExecuteNonQuery();
                break;

            case PairingChange.Closed closed:
                _close.With(Text(closed.MatchId)).ExecuteNonQuery();
                if (closed.EndedAt >= keepSince)
                {
                    foreach (var (who, visitor, device) in closed.Pair.Directions)
                    {
                        _meetingOnes[0].Add(who);
                        _met.With(Text(who), Text(visitor), Text(device), closed.EndedAt.UtcTicks).ExecuteNonQuery();
                    }
                }

                break;

            case PairingChange.Banned banned:
                _bannedOnes.Add(banned.Who);
                _ban.With(
                    banned.Who, Text(banned.SanctionId), Text(banned.VisitorId), (banned.Until ?? DateTimeOffset.MaxValue).UtcTicks).ExecuteNonQuery();
                break;

            case PairingChange.BanLifted lifted:
                _lift.With(Text(lifted.SanctionId)).ExecuteNonQuery();
                _liftAddresses.With(Text(lifted.SanctionId)).ExecuteNonQuery();
                _told.With(Text(lifted.SanctionId)).ExecuteNonQuery();
                break;

            case PairingChange.Warned warned:
                _warnedOnes.Add(warned.VisitorId);
                _warn.With(Text(warned.SanctionId), Text(warned.VisitorId)).ExecuteNonQuery();
                break;

            case PairingChange.WarningOver told:
                _told.With(Text(told.SanctionId)).ExecuteNonQuery();
                break;

            case PairingChange.Escalated escalated:
                _escalatedOnes.Add(escalated.VisitorId);
                _escalate.With(Text(escalated.VisitorId), escalated.DueAt.UtcTicks).ExecuteNonQuery();
                break;

            case PairingChange.Reported reported:
                _report.With(Text(reported.ReportId), Text(reported.VisitorId), Text(reported.DeviceId), reported.Reason).ExecuteNonQuery();
                break;

            case PairingChange.Decided decided:
                _escalationOver.With(Text(decided.VisitorId)).ExecuteNonQuery();
                if (decided.Reports is null)
                {
                    _reportsOver.With(Text(decided.VisitorId)).ExecuteNonQuery();
                }

                foreach (var report in decided.Reports ?? [])
                {
                    _reportOver.With(Text(report)).ExecuteNonQuery();
                }

                break;

            case PairingChange.Screened { Verdict: var verdict }:
                _screen.With(
                    Text(verdict.MatchId), Text(verdict.VisitorId), verdict.Policy, verdict.Warns ? 1 : 0, Text(verdict.MessageId),
                    verdict.At.UtcTicks).ExecuteNonQuery();
                break;

            case PairingChange.Flagged flagged:
                _flag.With(Text(flagged.MatchId), Text(flagged.VisitorId), flagged.Policy, flagged.Warns ? 1 : 0).ExecuteNonQuery();
                break;

            case PairingChange.Erased erased:
                _erase.With(Text(erased.VisitorId)).ExecuteNonQuery();
                break;

            case PairingChange.Blocked blocked:
                foreach (var (who, visitor, device) in blocked.Pair.Directions)
                {
                    _blockingOnes.Add(who);
                    _block.With(Text(who), Text(visitor), Text(device)).ExecuteNonQuery();
                }

                break;
        }
    }

    private static List<T> Rows<T>(SqliteCommand query, Func<SqliteDataReader, T> row, params ReadOnlySpan<object> values)
    {
        using var rows = query.With(values).ExecuteReader();
        var all = new List<T>();
        while (rows.Read())
        {
            all.Add(row(rows));
        }

        return all;
    }

    private SqliteCommand Keep(SqliteCommand command)
    {
        _commands.Add(command);
        return command;
    }

    private static string Text(Guid id) => id.ToString("D");
}
