using System.Globalization;

namespace RandomChat.Infrastructure.Sealing;

/// <summary>The names of keys. They are part of every sealed text, so they never change.</summary>
internal static class KeyId
{
    private const string HourPrefix = "hour-";
    private const string CasePrefix = "case-";
    private const string VisitorPrefix = "visitor-";
    private const string HourFormat = "yyyyMMdd'T'HHmmss";

    public static string Hour(DateTimeOffset start) => HourPrefix + start.UtcDateTime.ToString(HourFormat, CultureInfo.InvariantCulture);

    public static string Visitor(Guid visitorId) => $"{VisitorPrefix}{visitorId:D}";

    /// <summary>Whose key it is; null where it is of another kind.</summary>
    public static Guid? VisitorOf(string id) =>
        id.StartsWith(VisitorPrefix, StringComparison.Ordinal) && Guid.TryParseExact(id.AsSpan(VisitorPrefix.Length), "D", out var visitorId) ? visitorId : null;

    public static string NewCase() => $"{CasePrefix}{Guid.NewGuid():D}";

    public static bool IsCase(string id) => id.StartsWith(CasePrefix, StringComparison.Ordinal) && Guid.TryParseExact(id.AsSpan(CasePrefix.Length), "D", out _);

    public static bool TryHour(string id, out DateTimeOffset start)
    {
        start = default;
        return id.StartsWith(HourPrefix, StringComparison.Ordinal)
            && DateTimeOffset.TryParseExact(
                id.AsSpan(HourPrefix.Length), HourFormat, CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out start);
    }
}
