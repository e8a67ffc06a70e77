using System.Text.RegularExpressions;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Security;

public sealed partial class HeaderTests(EdgeServer edge) : IClassFixture<EdgeServer>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/terms")]
    [InlineData("/guidelines")]
    [InlineData("/privacy")]
    [InlineData("/chat")]
    [InlineData("/nothing")]
    [InlineData("/api/nothing")]
    [InlineData("/api/captcha")]
    [InlineData("/health/ready")]
    [InlineData("/css/site.css")]
    public async Task Every_answer_carries_the_strict_headers(string path)
    {
        using var browser = edge.NewBrowser();
        using var answer = await browser.Send(HttpMethod.Get, path, null, ("Accept", "text/html"));

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/terms")]
    [InlineData("/guidelines")]
    [InlineData("/privacy")]
    public async Task Pages_hold_no_inline_script_style_or_handler_and_name_no_other_host(string path)
    {
        using var browser = edge.NewBrowser();
        var html = await browser.GetStringAsync(path);

        Assert.DoesNotMatch(InlineScript(), html);
        Assert.DoesNotMatch(InlineStyle(), html);
        Assert.DoesNotMatch(Handler(), html);
        Assert.DoesNotMatch(OtherHost(), html);
    }

    [Fact]
    public async Task Pages_of_a_session_are_not_stored()
    {
        using var browser = edge.NewBrowser();
        await browser.Enter();
        using var chat = await browser.GetAsync("/chat");
        using var landing = await browser.GetAsync("/");

        Assert.True(chat.Headers.CacheControl?.NoStore);
        Assert.True(landing.Headers.CacheControl?.NoStore);
        Assert.True(chat.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Without_a_session_the_chat_page_leads_to_the_gate()
    {
        using var browser = edge.NewBrowser();
        using var chat = await browser.Send(HttpMethod.Get, "/chat", null, ("Accept", "text/html"));

        Assert.Equal(302, (int)chat.StatusCode);
        Assert.Equal("/", chat.Headers.Location?.ToString());
    }

    [GeneratedRegex("<script(?![^>]*\\ssrc=)[^>]*>", RegexOptions.IgnoreCase)]
    private static partial Regex InlineScript();

    [GeneratedRegex("<style|\\sstyle=", RegexOptions.IgnoreCase)]
    private static partial Regex InlineStyle();

    [GeneratedRegex("\\son[a-z]+=", RegexOptions.IgnoreCase)]
    private static partial Regex Handler();

    [GeneratedRegex("(?:src|href|action)=\"(?:https?:)?//", RegexOptions.IgnoreCase)]
    private static partial Regex OtherHost();
}
