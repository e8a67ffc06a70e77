namespace RandomChat.Web.Pages;

/// <summary>The languages that the landing offers, each by its own name. Clients may ask for any other tag.</summary>
public static class Languages
{
    public static IReadOnlyList<KeyValuePair<string, string>> Offered { get; } =
    [
        new("en", "English"), new("ar", "العربية"), new("bn", "বাংলা"), new("cs", "Čeština"), new("da", "Dansk"),
        new("de", "Deutsch"), new("el", "Ελληνικά"), new("es", "Español"), new("fa", "فارسی"), new("fi", "Suomi"),
        new("fil", "Filipino"), new("fr", "Français"), new("he", "עברית"), new("hi", "हिन्दी"), new("hu", "Magyar"),
        new("id", "Bahasa Indonesia"), new("it", "Italiano"), new("ja", "日本語"), new("ko", "한국어"),
        new("nl", "Nederlands"), new("no", "Norsk"), new("pl", "Polski"), new("pt", "Português"), new("ro", "Română"),
        new("ru", "Русский"), new("sv", "Svenska"), new("sw", "Kiswahili"), new("ta", "தமிழ்"), new("th", "ไทย"),
        new("tr", "Türkçe"), new("uk", "Українська"), new("ur", "اردو"), new("vi", "Tiếng Việt"), new("zh", "中文"),
    ];

    /// <summary>The language's own name; the tag itself where it is not one of those offered.</summary>
    public static string NameOf(string tag)
    {
        foreach (var (offered, name) in Offered)
        {
            if (string.Equals(offered, tag, StringComparison.OrdinalIgnoreCase))
            {
                return name;
            }
        }

        return tag;
    }
}
