using System.Globalization;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using RandomChat.Domain.Accounts;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Tests.Events;

/// <summary>Writes <c>docs/event-catalog.md</c> from the tables of stored names, the events' types and their doc comments.</summary>
public static partial class EventCatalog
{
    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly Dictionary<Type, string> Streams = new()
    {
        [typeof(VisitorEvent)] = "visitor-{visitorId}",
        [typeof(AccountEvent)] = "account-{visitorId}",
        [typeof(MatchEvent)] = "match-{matchId}",
        [typeof(MessageEvent)] = "messages-{matchId}",
        [typeof(CaseEvent)] = "case-{caseId}",
        [typeof(BanEvent)] = "ban-{visitorId}",
        [typeof(StaffEvent)] = "staff-{staffId}",
        [typeof(LookEvent)] = "look-{id}",
        [typeof(TransparencyEvent)] = "transparency-{id}",
        [typeof(LogEvent)] = "log-{id}",
    };

    /// <summary>Properties that hold sealed text, and whose key opens it.</summary>
    public static IReadOnlyDictionary<string, string> Sealed { get; } = new Dictionary<string, string>
    {
        ["SessionStarted.Profile"] = "the visitor's key",
        ["PreferencesChanged.Preferences"] = "the visitor's key",
        ["TicketRecord.Wishes"] = "the visitor's key",
        ["Sent.Body"] = "the key of match and hour",
        ["Reported.Comment"] = "the report's key",
        ["Reported.Evidence"] = "the report's key",
        ["Flagged.Evidence"] = "the flag's key",
        ["Exported.Why"] = "a key of its own",
        ["Noted.Note"] = "the note's key",
        ["Held.Reason"] = "the hold's key",
        ["Released.Reason"] = "a key of its own",
        ["Warned.Statement"] = "a key of its own",
        ["Issued.Statement"] = "a key of its own",
        ["Reviewed.Statement"] = "a key of its own",
        ["Lifted.Statement"] = "a key of its own",
        ["AppealFiled.Statement"] = "a key of its own",
        ["AppealDecided.Statement"] = "a key of its own",
    };

    /// <summary>Texts that are in clear because no visitor wrote them.</summary>
    public static IReadOnlySet<string> Clear { get; } = new HashSet<string>
    {
        "SessionStarted.TermsVersion",
        "TicketRecord.Language",
        "OwnerChanged.Node",
        "Decided.Policy",
        "Moved.Hash",
        "Flagged.Policy",
        "Flagged.CaseKey",
        "Flagged.EvidenceHash",
        "Flagged.Habits",
        "Reported.CaseKey",
        "Reported.EvidenceHash",
        "Noted.CaseKey",
        "Held.CaseKey",
        "FoundSevere.Policy",
        "Exported.ManifestHash",
        "Verdict.Rule",
        "Verdict.RuleVersion",
        "Verdict.PolicyVersion",
        "Warned.Policy",
        "Escalated.Policy",
        "Issued.Policy",
        "DeviceMarked.Mark",
        "LogSearched.Type",
        "LogSearched.Actor",
        "AuditExported.Format",
        "AuditExported.What",
        "Published.Hash",
        "TransparencyLine.Measure",
        "TransparencyLine.Policy",
    };

    /// <summary>The events' properties and those of the records inside them.</summary>
    public static IEnumerable<PropertyInfo> Properties() =>
        AllMaps.Entries.SelectMany(entry => Stored(entry.Type)).Concat(Parts().SelectMany(Stored));

    public static string Key(PropertyInfo property) => $"{property.DeclaringType!.Name}.{property.Name}";

    public static string Write()
    {
        var page = new StringBuilder();
        page.Append(
            """
            # Event catalogue

            Generated from the tables of stored names (`src/Application/Events/EventTypes.cs`) and the events themselves; a test
            compares it. After adding an event: `UPDATE_DOCS=1 dotnet run --project tests/Application.Tests`.

            Data is JSON: camelCase, enums as strings, times as ISO 8601. Metadata holds `correlationId`, `causationId` and `actor`.
            A name never changes its meaning and is never removed; a new shape gets the next version and an upcaster.
            **Sealed** text is ciphertext whose key is destroyed when its retention ends; see `architecture.md`.

            | name | stream |
            |---|---|

            """.ReplaceLineEndings("\n"));
        foreach (var (name, type) in AllMaps.Entries)
        {
            page.Append(CultureInfo.InvariantCulture, $"| [`{name}`](#{Anchor(name)}) | `{StreamOf(type)}` |\n");
        }

        foreach (var (name, type) in AllMaps.Entries)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## `{name}`\n\n{Summary(type)}\n\nStream `{StreamOf(type)}`.\n\n");
            Table(page, type);
        }

        foreach (var part in Parts())
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## `{part.Name}`\n\n{Summary(part)}\n\n");
            Table(page, part);
        }

        foreach (var (from, step) in AllMaps.Maps.SelectMany(map => map.Upcasters).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            page.Append(CultureInfo.InvariantCulture, $"\n`{from}` is read as `{step.To}`.\n");
        }

        return page.ToString();
    }

    private static void Table(StringBuilder page, Type type)
    {
        page.Append("| property | type | sealed |\n|---|---|---|\n");
        foreach (var property in Stored(type))
        {
            var key = Sealed.GetValueOrDefault(Key(property), "");
            page.Append(
                CultureInfo.InvariantCulture,
                $"| `{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}` | {TypeName(property)} | {key} |\n");
        }
    }

    private static string TypeName(PropertyInfo property)
    {
        var optional = Nullable.GetUnderlyingType(property.PropertyType) is not null
            || Nullability.Create(property).ReadState == NullabilityState.Nullable;
        return Name(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) + (optional ? " or null" : "");
    }

    private static string Name(Type type) => type switch
    {
        { IsEnum: true } => string.Join(" · ", Enum.GetNames(type).Select(value => $"`{JsonNamingPolicy.CamelCase.ConvertName(value)}`")),
        _ when type == typeof(Guid) => "id",
        _ when type == typeof(IReadOnlyList<Guid>) => "list of ids",
        _ when type == typeof(string) => "text",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) || type == typeof(long) => "whole number",
        _ when type == typeof(double) => "number",
        _ when type == typeof(DateTimeOffset) => "time",
        _ when type == typeof(DateOnly) => "day",
        _ when PartOfList(type) is { } part => $"list of [`{part.Name}`](#{Anchor(part.Name)})",
        _ when IsPart(type) => $"[`{type.Name}`](#{Anchor(type.Name)})",
        _ => throw new NotSupportedException($"Events do not hold {type}: add it here when they should."),
    };

    private static IEnumerable<Type> Parts() => AllMaps.Entries
        .SelectMany(entry => Stored(entry.Type))
        .Select(property => PartOfList(property.PropertyType) ?? property.PropertyType)
        .Where(IsPart)
        .Distinct()
        .OrderBy(type => type.Name, StringComparer.Ordinal);

    private static Type? PartOfList(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) && IsPart(type.GetGenericArguments()[0]) ? type.GetGenericArguments()[0] : null;

    private static bool IsPart(Type type) => type.IsClass && type.Assembly == typeof(MatchEvent).Assembly;

    private static IEnumerable<PropertyInfo> Stored(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);

    private static string StreamOf(Type type) => Streams.TryGetValue(type.DeclaringType!, out var stream)
        ? stream
        : throw new NotSupportedException($"Say in {nameof(EventCatalog)} which stream holds {type.DeclaringType}.");

    private static string Anchor(string heading) => heading.Replace(".", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>The doc comment in front of a record; files of events hold one record of a name.</summary>
    private static string Summary(Type type)
    {
        var context = type.Namespace!.Split('.')[^1];
        foreach (var file in Directory.EnumerateFiles(RepositoryFolder.Path("src", "Domain", context), "*.cs"))
        {
            var source = File.ReadAllText(file);
            if (type.DeclaringType is { } family && !source.Contains($" record {family.Name}\n", StringComparison.Ordinal))
            {
                continue;
            }

            if (DocComment(type.Name).Match(source) is { Success: true } comment)
            {
                var text = Slashes().Replace(comment.Groups["summary"].Value, " ");
                text = InlineCode().Replace(Reference().Replace(text, "`$1`"), "`$1`");
                return WebUtility.HtmlDecode(text).Trim();
            }
        }

        throw new NotSupportedException($"{type} has no doc comment to put into the catalogue.");
    }

    private static Regex DocComment(string record) =>
        new($@"/// <summary>(?<summary>(?:(?!</summary>)[\s\S])*)</summary>\s*(?:///[^\n]*\n\s*)*public sealed record {record}\(");

    [GeneratedRegex(@"\s*\n\s*///\s*")]
    private static partial Regex Slashes();

    [GeneratedRegex("""<see cref="([^"]+)"\s*/>""")]
    private static partial Regex Reference();

    [GeneratedRegex("<c>([^<]*)</c>")]
    private static partial Regex InlineCode();
}
