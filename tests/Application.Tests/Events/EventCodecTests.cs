using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RandomChat.Application.Events;
using RandomChat.Domain.Matches;
using RandomChat.Domain.Moderation;

namespace RandomChat.Application.Tests.Events;

public sealed partial class EventCodecTests
{
    private static readonly EventTypeMap MadeUp = new EventTypeMap()
        .Add<Parcel.Sent>("parcels.parcel.sent.v3")
        .Upcast("parcels.parcel.sent.v1", "parcels.parcel.sent.v2", Renamed)
        .Upcast("parcels.parcel.sent.v2", "parcels.parcel.sent.v3", WithGrams);

    [Fact]
    public void Every_event_of_the_domain_has_a_stored_name()
    {
        var events = typeof(MatchEvent).Assembly.GetTypes()
            .Where(type => type is { IsNested: true, IsAbstract: false } && type.DeclaringType!.Name.EndsWith("Event", StringComparison.Ordinal))
            .Where(type => type.IsSubclassOf(type.DeclaringType!));

        Assert.Equal(
            events.OrderBy(type => type.FullName, StringComparer.Ordinal),
            AllMaps.Entries.Select(entry => entry.Type).OrderBy(type => type.FullName, StringComparer.Ordinal));
    }

    [Fact]
    public void The_codec_of_this_program_knows_the_tables_of_all_contexts() =>
        Assert.All(AllMaps.Entries, entry =>
            Assert.Equal(entry.Name, EventCodec.Default.Encode(Guid.Empty, Samples.ByName[entry.Name], Metadata).Type));

    [Fact]
    public void Stored_names_spell_context_noun_past_tense_and_version() =>
        Assert.All(AllMaps.Entries, entry => Assert.Matches(StoredName(), entry.Name));

    [Fact]
    public void A_decision_from_before_it_named_its_reports_is_read_as_one()
    {
        var json = JsonNode.Parse(EventCodec.Default.Encode(Guid.Empty, Samples.ByName["moderation.case.decided.v1"], Metadata).Data.Span)!.AsObject();
        json.Remove("reports");

        var read = EventCodec.Default.Decode(Recorded.Event("moderation.case.decided.v1", json.ToJsonString()));

        Assert.Null(Assert.IsType<CaseEvent.Decided>(read).Reports);
    }

    [Fact]
    public void An_event_without_a_stored_name_cannot_be_written()
    {
        var refused = Assert.Throws<ArgumentException>(() => EventCodec.Default.Encode(Guid.Empty, new Parcel.Sent("Rome", 5), Metadata));

        Assert.Contains(nameof(Parcel.Sent), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_stored_name_stands_for_one_event() =>
        Assert.Throws<ArgumentException>(() => new EventCodec(
            new EventTypeMap().Add<Parcel.Sent>("parcels.parcel.sent.v3").Add<Parcel.Lost>("parcels.parcel.sent.v3")));

    [Fact]
    public void An_old_version_that_leads_to_no_stored_name_is_refused_at_once()
    {
        var refused = Assert.Throws<ArgumentException>(() => new EventCodec(
            new EventTypeMap().Add<Parcel.Sent>("parcels.parcel.sent.v3").Upcast("parcels.parcel.sent.v1", "parcels.parcel.sent.v2", Renamed)));

        Assert.Contains("'parcels.parcel.sent.v2'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("parcels.parcel.sent.v1", """{"city":"Rome","kilograms":2}""")]
    [InlineData("parcels.parcel.sent.v2", """{"destination":"Rome","kilograms":2}""")]
    [InlineData("parcels.parcel.sent.v3", """{"destination":"Rome","grams":2000}""")]
    public void An_old_version_is_read_as_the_newest_through_every_step_between(string name, string json) =>
        Assert.Equal(new Parcel.Sent("Rome", 2_000), new EventCodec(MadeUp).Decode(Recorded.Event(name, json)));

    [Fact]
    public void New_events_are_written_in_the_newest_version_only()
    {
        var written = new EventCodec(MadeUp).Encode(Guid.Empty, new Parcel.Sent("Rome", 2_000), Metadata);

        Assert.Equal("parcels.parcel.sent.v3", written.Type);
        Assert.Equal("""{"destination":"Rome","grams":2000}""", Encoding.UTF8.GetString(written.Data.Span));
    }

    [Fact]
    public void An_unknown_name_stops_the_reader_and_says_where()
    {
        var recorded = Recorded.Event("matches.match.paused.v1", "{}");

        var stopped = Assert.Throws<UnreadableEventException>(() => EventCodec.Default.Decode(recorded));

        Assert.Equal(recorded.Position, stopped.Position);
        Assert.Contains("'matches.match.paused.v1'", stopped.Message, StringComparison.Ordinal);
        Assert.Contains("position 41", stopped.Message, StringComparison.Ordinal);
        Assert.Contains("revision 3 of match-9a1b2c3d-4e5f-8a6b-8c7d-0e1f2a3b4c5d", stopped.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("matches.owner.changed.v1", "null")]
    [InlineData("matches.owner.changed.v1", "[]")]
    [InlineData("matches.owner.changed.v1", "")]
    [InlineData("matches.owner.changed.v1", """{"matchId":"no id","epoch":1,"node":"n","at":"2026-03-01T12:00:00+00:00"}""")]
    [InlineData("matches.owner.changed.v1", """{"epoch":"1"}""")]
    [InlineData("matches.match.ended.v1", """{"reason":"bored"}""")]
    [InlineData("matches.match.ended.v1", """{"reason":1}""")]
    [InlineData("matches.match.ended.v1", """{"reason":"skipped",""")]
    public void Json_that_does_not_fit_stops_the_reader(string name, string json) =>
        Assert.Throws<UnreadableEventException>(() => EventCodec.Default.Decode(Recorded.Event(name, json)));

    [Fact]
    public void An_old_version_that_is_no_object_stops_the_reader() =>
        Assert.Throws<UnreadableEventException>(() => new EventCodec(MadeUp).Decode(Recorded.Event("parcels.parcel.sent.v1", "[]")));

    [Fact]
    public void A_property_that_a_later_version_added_is_passed_over() =>
        Assert.Equal(
            new Parcel.Sent("Rome", 2_000),
            new EventCodec(MadeUp).Decode(Recorded.Event("parcels.parcel.sent.v3", """{"destination":"Rome","grams":2000,"insured":true}""")));

    [Fact]
    public void Metadata_says_what_an_event_belongs_to_and_who_did_it()
    {
        var metadata = new EventMetadata(Guid.NewGuid(), Guid.NewGuid(), EventMetadata.Visitor(Guid.NewGuid()));

        var written = EventCodec.Default.Encode(Guid.Empty, Samples.ByName["matches.owner.changed.v1"], metadata);
        var read = EventCodec.DecodeMetadata(Recorded.Event(written.Type, "{}", Encoding.UTF8.GetString(written.Metadata.Span)));

        Assert.Equal(metadata, read);
    }

    [Fact]
    public void An_event_without_metadata_was_done_by_somebody_unknown() =>
        Assert.Equal("unknown", EventCodec.DecodeMetadata(Recorded.Event("matches.owner.changed.v1", "{}")).Actor);

    private static EventMetadata Metadata => new(Guid.Empty, Guid.Empty, EventMetadata.System);

    private static JsonObject Renamed(JsonObject v1) =>
        new() { ["destination"] = v1["city"]!.GetValue<string>(), ["kilograms"] = v1["kilograms"]!.GetValue<int>() };

    private static JsonObject WithGrams(JsonObject v2) =>
        new() { ["destination"] = v2["destination"]!.GetValue<string>(), ["grams"] = v2["kilograms"]!.GetValue<int>() * 1_000 };

    [GeneratedRegex(@"^[a-z]+\.[a-z]+\.([a-z]+ed|held|sent)\.v[1-9][0-9]*$")]
    private static partial Regex StoredName();

    /// <summary>A context that has a history of versions, which the real ones do not have yet.</summary>
    private static class Parcel
    {
        public sealed record Sent(string Destination, int Grams);

        public sealed record Lost(string Destination);
    }
}
