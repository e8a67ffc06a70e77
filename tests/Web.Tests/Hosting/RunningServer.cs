using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RandomChat.Web.Hosting;
using RandomChat.Web.Tests.Moderation;

namespace RandomChat.Web.Tests.Hosting;

/// <summary>The whole server in this process: real Kestrel on a port of its own, embedded engines in a folder of its own.</summary>
public sealed class RunningServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly bool ownsData;

    private RunningServer(WebApplication app, string data, bool ownsData)
    {
        this.app = app;
        this.ownsData = ownsData;
        Data = data;
        Address = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Address { get; }

    /// <summary>The data directory.</summary>
    public string Data { get; }

    public IServiceProvider Services => app.Services;

    /// <summary>What the server logged, one entry a line, as an operator would see it.</summary>
    public RecordedLog Log => app.Services.GetRequiredService<RecordedLog>();

    /// <param name="settings">Settings over the defaults. Captcha is off and limits are on unless told otherwise.</param>
    /// <param name="data">An existing data directory, kept afterwards; without it one is made and deleted.</param>
    /// <param name="services">Replaces services, e.g. a port by one that fails.</param>
    public static async Task<RunningServer> Start(
        IReadOnlyDictionary<string, string?>? settings = null, string? data = null, Action<IServiceCollection>? services = null)
    {
        var folder = data ?? Directory.CreateTempSubdirectory("randomchat-test-").FullName;
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = "RandomChat.Web",
            ContentRootPath = Path.Combine(RepositoryFolder.Path, "src", "Web"),
            EnvironmentName = "Production",
        });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["RandomChat:DataDirectory"] = folder,
            ["Ledger:AnchorFile"] = Path.Combine(folder, "anchors.ndjson"),
            ["Sealing:TombstoneFile"] = Path.Combine(folder, "tombstones.ndjson"),
            ["Captcha:Mode"] = "off",
            ["urls"] = "http://127.0.0.1:0",
            ["Staff:RequireTwoFactor"] = "false",
            ["Staff:Bootstrap:Username"] = Moderator.Name,
            ["Staff:Bootstrap:Password"] = Moderator.Password,
        });
        builder.Configuration.AddInMemoryCollection(settings ?? new Dictionary<string, string?>());
        builder.AddRandomChat();
        var log = new RecordedLog();
        builder.Services.AddSingleton(log);
        builder.Logging.ClearProviders().AddProvider(log);
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseRandomChat();
        try
        {
            await app.StartAsync();
        }
        catch
        {
            // As the program does where it is refused: what it opened is closed.
            await app.DisposeAsync();
            throw;
        }

        return new(app, folder, data is null);
    }

    /// <summary>A client with cookies of its own: a browser without a page.</summary>
    public HttpClient NewBrowser() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        CookieContainer = new(),
    })
    {
        BaseAddress = Address,
    };

    /// <summary>Its files in which something stands: raw, as Base64 or as upper-case hex.</summary>
    public IReadOnlyList<string> FilesWith(byte[] what)
    {
        byte[][] needles = [what, Encoding.ASCII.GetBytes(Convert.ToBase64String(what)), Encoding.ASCII.GetBytes(Convert.ToHexString(what))];
        return [.. Directory.EnumerateFiles(Data, "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) != ".lock").Where(file =>
        {
            try
            {
                using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var copy = new MemoryStream();
                stream.CopyTo(copy);
                return needles.Any(needle => copy.GetBuffer().AsSpan(0, (int)copy.Length).IndexOf(needle) >= 0);
            }
            catch (FileNotFoundException)
            {
                // A journal that was there a moment ago holds nothing any more.
                return false;
            }
        })];
    }

    /// <summary>Stops as an operator would: gracefully.</summary>
    public Task Stop() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        if (ownsData)
        {
            Directory.Delete(Data, recursive: true);
        }
    }
}
