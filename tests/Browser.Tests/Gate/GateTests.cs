using Microsoft.Playwright;
using RandomChat.Browser.Tests.Hosting;
using static Microsoft.Playwright.Assertions;

namespace RandomChat.Browser.Tests.Gate;

public sealed class GateTests(Chromium chromium, Site site) : SharedJourney(chromium, site)
{
    private static int ThisYear => TimeProvider.System.GetUtcNow().Year;

    [Fact]
    public async Task Whoever_is_under_18_is_refused_in_words_and_stays_refused_with_another_year()
    {
        var child = await Arrive();
        child.Allow("status of 422");
        await child.FillGate($"{ThisYear - 17}");
        await child.Terms.CheckAsync();

        await child.Button("Start").ClickAsync();

        var words = child.Page.GetByText("RandomChat is for adults. This browser cannot enter.");
        await Expect(words).ToBeVisibleAsync();

        await child.FillGate("1990");
        await child.Terms.CheckAsync();
        await child.Button("Start").ClickAsync();

        await Expect(words).ToBeVisibleAsync();
        Assert.DoesNotContain("/chat", child.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Beside_the_birth_year_stands_the_age_that_it_makes_for_every_year_alike()
    {
        var visitor = await Arrive();
        await visitor.Page.GotoAsync("/");

        foreach (var age in new[] { 3, 17, 18, 19, 32, 64, 120 })
        {
            await visitor.BirthYear.FillAsync($"{ThisYear - age}");

            await Expect(visitor.BirthYear).ToHaveAccessibleDescriptionAsync($"{age} this year");
        }

        await visitor.BirthYear.FillAsync("199");
        await Expect(visitor.BirthYear).ToHaveAccessibleDescriptionAsync("18+");
    }

    [Fact]
    public async Task Without_the_terms_every_entry_is_kept_and_the_box_has_the_focus()
    {
        var visitor = await Arrive(new() { ViewportSize = new() { Width = 360, Height = 740 } });
        visitor.Allow("status of 422");
        await visitor.FillGate("1988", "Juniper", "pt", "baking, film photography");
        await visitor.Page.GetByRole(AriaRole.Radio, new() { Name = "Video" }).CheckAsync();

        await visitor.Button("Start").ClickAsync();

        await Expect(visitor.Page.GetByText("Please accept the terms to go on.")).ToBeInViewportAsync();
        await visitor.HasFocus(visitor.Terms);
        await Expect(visitor.BirthYear).ToHaveValueAsync("1988");
        await Expect(visitor.Page.GetByRole(AriaRole.Textbox, new() { Name = "Display name" })).ToHaveValueAsync("Juniper");
        await Expect(visitor.Page.GetByRole(AriaRole.Combobox, new() { Name = "Language" })).ToHaveValueAsync("pt");
        await Expect(visitor.Page.GetByRole(AriaRole.Textbox, new() { Name = "Interests" })).ToHaveValueAsync("baking, film photography");
        await Expect(visitor.Page.GetByRole(AriaRole.Radio, new() { Name = "Video" })).ToBeCheckedAsync();
        var box = (await visitor.Terms.BoundingBoxAsync())!;
        var start = (await visitor.Button("Start").BoundingBoxAsync())!;
        Assert.True(box.Y + box.Height <= start.Y, "Start covers the box.");
    }

    [Fact]
    public async Task The_first_of_several_wrong_fields_gets_the_focus_and_each_says_what_is_wrong()
    {
        var visitor = await Arrive();
        visitor.Allow("status of 422");
        await visitor.FillGate("90", interests: string.Join(", ", Enumerable.Range(1, 11)));

        await visitor.Button("Start").ClickAsync();

        await visitor.HasFocus(visitor.BirthYear);
        await Expect(visitor.BirthYear).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(visitor.BirthYear).ToHaveAccessibleDescriptionAsync(new System.Text.RegularExpressions.Regex("year of your birth"));
        await Expect(visitor.Page.GetByText("At most 10 interests")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Interests_are_read_back_one_by_one_and_can_be_taken_away()
    {
        var visitor = await Arrive();
        await visitor.FillGate(interests: "baking, film photography, chess");

        await visitor.Button("Remove film photography").ClickAsync();

        await Expect(visitor.Page.GetByRole(AriaRole.Textbox, new() { Name = "Interests" })).ToHaveValueAsync("baking, chess");
    }

    [Fact]
    public async Task Without_a_network_the_gate_says_so_and_loses_nothing()
    {
        var visitor = await Arrive();
        visitor.Allow("ERR_INTERNET_DISCONNECTED|htmx:");
        await visitor.FillGate("1988");
        await visitor.Terms.CheckAsync();
        await visitor.Browser.SetOfflineAsync(true);

        await visitor.Button("Start").ClickAsync();

        await Expect(visitor.Page.GetByText("We could not reach the server. Nothing was lost; try again.")).ToBeVisibleAsync();
        await visitor.Browser.SetOfflineAsync(false);
        await visitor.Button("Start").ClickAsync();
        await visitor.Page.WaitForURLAsync("**/chat*");
    }

    [Theory]
    [InlineData("/terms", "Terms")]
    [InlineData("/guidelines", "Community Guidelines")]
    [InlineData("/privacy", "Privacy")]
    public async Task Without_scripts_the_texts_are_readable(string path, string title)
    {
        var visitor = await Arrive(new() { JavaScriptEnabled = false });
        await visitor.Page.GotoAsync("/");

        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = title, Exact = true }).ClickAsync();

        Assert.EndsWith(path, visitor.Page.Url, StringComparison.Ordinal);
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync(title);
        Assert.True(await visitor.Page.GetByRole(AriaRole.Main).GetByRole(AriaRole.Heading, new() { Level = 2 }).CountAsync() > 3);
    }

    [Fact]
    public async Task Without_scripts_the_gate_says_why_they_are_needed()
    {
        var visitor = await Arrive(new() { JavaScriptEnabled = false });

        await visitor.Page.GotoAsync("/");

        await Expect(visitor.Page.Locator("noscript p")).ToBeVisibleAsync();
        await Expect(visitor.Page.Locator("noscript p")).ToContainTextAsync("Please switch on JavaScript");
        await Expect(visitor.Page.GetByText("Your device proves itself")).ToBeHiddenAsync();
        await Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Level = 1 }))
            .ToHaveTextAsync("Connect with someone new — anonymous, free, and safe.");
        await Expect(visitor.Page.GetByText("Please follow our Community Guidelines.")).ToBeVisibleAsync();
    }
}
