using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using RandomChat.Application.Matchmaking;
using RandomChat.Domain.Matchmaking;
using StackExchange.Redis;

namespace RandomChat.Infrastructure.Redis;

/// <summary>A ticket with its state, as a node remembers it for the case that Redis forgets.</summary>
/// <param name="TimeoutAt">When the timeout is to be said, as the script writes moments; empty: it was said.</param>
/// <param name="ParkedUntil">As the script writes moments; empty: not parked.</param>
/// <param name="Left">Whether the visitor left while claimed: "1" or "0".</param>
internal sealed record HeldTicket(Ticket Ticket, string TimeoutAt, string ParkedUntil, string Left);

/// <param name="Node">Who settles it.</param>
internal sealed record HeldClaim(Claim Claim, string Node, HeldTicket First, HeldTicket Second);

/// <summary>
/// How the lobby's script writes tickets, claims and moments. A ticket is stored whole as JSON, so that a new part of it
/// needs nothing here; what the script decides by, and what changes while it waits, stands beside that.
/// </summary>
internal static class LobbyTickets
{
    private const int IdLength = 32;

    private static readonly JsonSerializerOptions Json = new() { Converters = { new GuidSetConverter() } };

    /// <summary>Microseconds since 1970; empty for none.</summary>
    public static string Moment(DateTimeOffset? moment) =>
        moment is { } at ? ((at.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond).ToString("D16", CultureInfo.InvariantCulture) : "";

    public static string Duration(TimeSpan duration) =>
        (duration.Ticks / TimeSpan.TicksPerMicrosecond).ToString(CultureInfo.InvariantCulture);

    public static string Id(Guid id) => id.ToString("N");

    public static string Ids(IEnumerable<Guid> ids) => string.Concat(ids.Select(id => $" {id:N}"));

    /// <summary>The arguments that make a ticket, in the order of the script's TICKET.</summary>
    public static IEnumerable<RedisValue> Arguments(Ticket ticket)
    {
        var request = ticket.Request;
        return
        [
            Id(ticket.VisitorId),
            Id(ticket.TicketId),
            (ticket.AskedAt.UtcTicks - DateTimeOffset.UnixEpoch.Ticks).ToString("D17", CultureInfo.InvariantCulture),
            JsonSerializer.Serialize(ticket with { Excluded = new HashSet<Guid>() }, Json),
            Flag(ticket.TimedOut),
            Ids(ticket.Excluded),
            string.Concat(ticket.RecentlyMet.Select(met => $" {met.Key:N}={Moment(met.Value)}")),
            ModeName(request.Mode),
            request.Language ?? "",
            Flag(request.AcceptAny),
            string.Concat(request.Interests.Select(interest => $" {Digest(interest)}")),
            Flag(ticket.FrequentSkipper),
            Id(ticket.DeviceId),
        ];
    }

    /// <summary>The arguments that put a remembered ticket back.</summary>
    /// <param name="lost">Whether Redis may have lost it; else it is over if it is not there.</param>
    public static RedisValue[] Restoring(HeldTicket held, bool lost) => [.. Arguments(held), Flag(lost)];

    /// <summary>The same for a claim.</summary>
    public static RedisValue[] Restoring(HeldClaim held, bool lost) =>
    [
        Id(held.Claim.MatchId), Moment(held.Claim.ClaimedAt), Moment(held.Claim.ExpiresAt),
        .. Arguments(held.First), .. Arguments(held.Second), Flag(lost),
    ];

    /// <param name="view">As the script's <c>view</c>: visitor, id, asked, json, told, excluded, timeout, parked, left.</param>
    public static HeldTicket Ticket(string[] view) => new(
        JsonSerializer.Deserialize<Ticket>(view[3], Json)! with
        {
            TicketId = Guid.Parse(view[1]),
            AskedAt = DateTimeOffset.UnixEpoch.AddTicks(long.Parse(view[2], CultureInfo.InvariantCulture)),
            TimedOut = view[4] == "1",
            Excluded = view[5].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Guid.Parse).ToHashSet(),
        },
        view[6],
        view[7],
        view[8]);

    public static HeldTicket Ticket(RedisResult view) => Ticket((string[])view!);

    /// <param name="view">As the script's <c>claim_view</c>.</param>
    public static HeldClaim Claim(RedisResult view)
    {
        var first = Ticket(view[4]);
        var second = Ticket(view[5]);
        var claim = new Claim(Guid.Parse((string)view[0]!), first.Ticket, second.Ticket, Read(view[1]), Read(view[2]));
        return new(claim, (string)view[3]!, first, second);
    }

    private static IEnumerable<RedisValue> Arguments(HeldTicket held) =>
        [held.ParkedUntil, held.TimeoutAt, held.Left, .. Arguments(held.Ticket)];

    /// <summary>The modes as the script names them.</summary>
    private static string ModeName(ChatMode mode) => mode switch
    {
        ChatMode.Text => "text",
        ChatMode.Video => "video",
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };

    private static DateTimeOffset Read(RedisResult moment) =>
        DateTimeOffset.UnixEpoch.AddTicks((long)moment * TimeSpan.TicksPerMicrosecond);

    private static string Flag(bool set) => set ? "1" : "0";

    /// <summary>Names of keys hold no text that people wrote, and all have one length.</summary>
    private static string Digest(string interest) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(interest)).AsSpan(0, IdLength / 2));

    private sealed class GuidSetConverter : JsonConverter<IReadOnlySet<Guid>>
    {
        public override IReadOnlySet<Guid> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<HashSet<Guid>>(ref reader, options)!;

        public override void Write(Utf8JsonWriter writer, IReadOnlySet<Guid> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.ToArray(), options);
    }
}
