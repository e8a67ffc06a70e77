namespace RandomChat.Web.Accounts;

/// <summary>Says from what somebody signed in, well enough to know one's own: nothing that would tell two browsers of a kind apart.</summary>
public static class BrowserWords
{
    // The first one that stands in it: most browsers name those they descend from as well.
    private static readonly (string Sign, string Name)[] Browsers =
    [
        ("Edg/", "Edge"), ("EdgA/", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"), ("CriOS/", "Chrome"), ("Safari/", "Safari"),
    ];

    private static readonly (string Sign, string Name)[] Systems =
    [
        ("Android", "Android"), ("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Windows", "Windows"), ("Mac OS X", "a Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
    ];

    /// <summary>The browser of a request, e.g. "Firefox on Windows".</summary>
    public static string Of(HttpRequest request)
    {
        var agent = request.Headers.UserAgent.ToString();
        return (Find(Browsers, agent), Find(Systems, agent)) switch
        {
            (null, _) => "A program",
            ({ } browser, null) => browser,
            var (browser, system) => $"{browser} on {system}",
        };
    }

    private static string? Find((string Sign, string Name)[] known, string agent) =>
        known.FirstOrDefault(one => agent.Contains(one.Sign, StringComparison.Ordinal)).Name;
}
