using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using RandomChat.Browser.Tests.Video;

namespace RandomChat.Browser.Tests.Hosting;

/// <summary>A person at a browser: a context with cookies of its own, and a page in it.</summary>
public sealed class Visitor
{
    private readonly ConcurrentQueue<string> complaints;
    private readonly ConcurrentQueue<string> requests = new();
    private readonly ConcurrentQueue<string> sockets = new();
    private readonly ConcurrentQueue<Frame> frames = new();
    private readonly List<Regex> expected = [];

    private Visitor(IPage page, ConcurrentQueue<string> complaints)
    {
        Page = page;
        Call = new(page);
        this.complaints = complaints;
        Listen();
    }

    public IPage Page { get; }

    public IBrowserContext Browser => Page.Context;

    /// <summary>Address of everything asked for so far, websockets apart, in order.</summary>
    public IReadOnlyCollection<string> Requests => requests;

    /// <summary>Address of every websocket opened so far.</summary>
    public IReadOnlyCollection<string> Sockets => sockets;

    /// <summary>Everything that went over the page's websockets so far, in order.</summary>
    public IReadOnlyCollection<Frame> Frames => frames;

    /// <summary>What the page shows of a video call, and what the browser measures of it.</summary>
    public CallView Call { get; }

    /// <summary>What the console said that nobody expected: errors, warnings and what scripts threw.</summary>
    public IEnumerable<string> Complaints => complaints.Where(one => !expected.Exists(known => known.IsMatch(one)));

    public ILocator Status => Page.GetByRole(AriaRole.Status);

    public ILocator Conversation => Page.GetByRole(AriaRole.Log, new() { Name = "Conversation" });

    public ILocator Message => Page.GetByRole(AriaRole.Textbox, new() { Name = "Message", Exact = true });

    public ILocator Report => Page.GetByRole(AriaRole.Dialog, new() { Name = "Report" });

    public ILocator BirthYear => Page.GetByRole(AriaRole.Textbox, new() { Name = "Birth year" });

    public ILocator Terms => Page.GetByRole(AriaRole.Checkbox, new() { NameRegex = new("terms") });

    public static async Task<Visitor> Arrive(IBrowser browser, Uri address, BrowserNewContextOptions? options = null)
    {
        var context = await browser.NewContextAsync(new(options ?? new()) { BaseURL = address.ToString() });
        context.SetDefaultTimeout(Chromium.Patience);
        return new(await context.NewPageAsync(), new());
    }

    /// <summary>The same person in another tab.</summary>
    public async Task<Visitor> OpenTab() => new(await Browser.NewPageAsync(), complaints);

    /// <summary>A complaint that belongs to what the test does, e.g. the browser's own line about a lost network.</summary>
    public void Allow(string pattern) => expected.Add(new(pattern));

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>The element of the conversation whose whole text is this.</summary>
    public ILocator Said(string body) => Conversation.GetByText(body, new() { Exact = true });

    public async Task FillGate(
        string? birthYear = "1990", string? name = null, string? language = null, string? interests = null, string mode = "Text")
    {
        await Page.GotoAsync("/");
        await Page.GetByRole(AriaRole.Radio, new() { Name = mode }).CheckAsync();
        await BirthYear.FillAsync(birthYear ?? "");
        await Page.GetByRole(AriaRole.Textbox, new() { Name = "Display name" }).FillAsync(name ?? "");
        await Page.GetByRole(AriaRole.Combobox, new() { Name = "Language" }).SelectOptionAsync(language ?? "");
        await Page.GetByRole(AriaRole.Textbox, new() { Name = "Interests" }).FillAsync(interests ?? "");
    }

    /// <summary>Through the gate and into the queue, or to the preview of a video chat.</summary>
    public async Task Start(string? name = null, string? language = null, string? interests = null, string mode = "Text")
    {
        await FillGate(name: name, language: language, interests: interests, mode: mode);
        await Terms.CheckAsync();
        await Button("Start").ClickAsync();
        await Page.WaitForURLAsync("**/chat*");
    }

    public Task Sees(string state) => Expect(Status).ToContainTextAsync(state);

    public async Task Say(string body)
    {
        await Message.FillAsync(body);
        await Button("Send").ClickAsync();
    }

    public Task Hears(string body) => Expect(Said(body)).ToHaveCountAsync(1);

    public Task HasFocus(ILocator element) => Expect(element).ToBeFocusedAsync();

    /// <summary>Presses Tab until the element has the focus.</summary>
    public async Task TabTo(ILocator element)
    {
        for (var stops = 0; stops < 40; stops++)
        {
            await Page.Keyboard.PressAsync("Tab");
            if (await element.EvaluateAsync<bool>("one => one === document.activeElement"))
            {
                return;
            }
        }

        Assert.Fail($"Tab never reaches {element}.");
    }

    /// <summary>Every body in the conversation, in the order of the page.</summary>
    public Task<IReadOnlyList<string>> Bodies() => Conversation.GetByRole(AriaRole.Listitem).Locator("p").AllTextContentsAsync();

    private static ILocatorAssertions Expect(ILocator locator) => Assertions.Expect(locator);

    private void Listen()
    {
        Page.Console += (_, line) =>
        {
            if (line.Type is "error" or "warning")
            {
                complaints.Enqueue($"{line.Type}: {line.Text} ({line.Location})");
            }
        };
        Page.PageError += (_, error) => complaints.Enqueue($"thrown: {error}");
        Page.Request += (_, request) => requests.Enqueue(request.Url);
        Page.WebSocket += (_, socket) =>
        {
            sockets.Enqueue(socket.Url);
            socket.FrameSent += (_, frame) => frames.Enqueue(new(IsSent: true, frame.Text ?? ""));
            socket.FrameReceived += (_, frame) => frames.Enqueue(new(IsSent: false, frame.Text ?? ""));
        };
    }
}

/// <summary>What went over a websocket at once.</summary>
/// <param name="IsSent">By the page; else it came to it.</param>
public sealed record Frame(bool IsSent, string Text);
