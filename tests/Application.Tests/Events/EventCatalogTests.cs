namespace RandomChat.Application.Tests.Events;

public sealed class EventCatalogTests
{
    [Fact]
    public void The_catalogue_in_docs_is_what_the_code_says()
    {
        var file = RepositoryFolder.Path("docs", "event-catalog.md");
        if (Environment.GetEnvironmentVariable("UPDATE_DOCS") == "1")
        {
            File.WriteAllText(file, EventCatalog.Write());
        }

        Assert.Equal(EventCatalog.Write(), File.ReadAllText(file));
    }

    [Fact]
    public void Every_text_in_an_event_is_sealed_or_known_to_be_written_by_no_visitor()
    {
        var texts = EventCatalog.Properties().Where(property => property.PropertyType == typeof(string)).Select(EventCatalog.Key);

        Assert.Equal(
            EventCatalog.Sealed.Keys.Concat(EventCatalog.Clear).Order(StringComparer.Ordinal),
            texts.Order(StringComparer.Ordinal));
    }
}
