using Microsoft.AspNetCore.Http;
using RandomChat.Infrastructure.Settings;
using RandomChat.Web.Hosting;

namespace RandomChat.Web.Health;

/// <summary>
/// <c>--health</c> on the command line: asks the server that runs with the same settings whether it lives, for images
/// that hold neither a shell nor a client for HTTP.
/// </summary>
public static class HealthProbe
{
    public const string Option = "--health";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>0 where it answers; 1 where it does not, with a sentence on the error stream.</summary>
    public static async Task<int> Run(IEnumerable<string> args)
    {
        var settings = new ConfigurationBuilder()
            .AddEnvironmentVariables("ASPNETCORE_")
            .AddEnvironmentVariables()
            .AddCommandLine([.. args.Where(argument => argument != Option)])
            .AddRandomChatSettings()
            .Build();
        var addresses = Addresses(settings);
        if (addresses.FirstOrDefault(address => address.Scheme == "http") is not { } server)
        {
            return await No($"{Option} asks over http alone, and this server listens on {string.Join(", ", addresses.Select(address => $"{address.Scheme}:{address.Port}"))}.");
        }

        var live = $"http://{Host(server.Host)}:{server.Port}{server.PathBase}/health/live";
        try
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
            using var answer = await http.GetAsync(new Uri(live));
            return answer.IsSuccessStatusCode ? 0 : await No($"{live} answers {(int)answer.StatusCode}.");
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return await No($"{live} does not answer: {e.Message}");
        }
    }

    private static BindingAddress[] Addresses(IConfiguration settings)
    {
        var urls = settings["urls"] is { Length: > 0 } named
            ? named.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            : [.. Ports("http"), .. Ports("https")];
        return [.. (urls.Length == 0 ? [EdgeSetup.DefaultUrl] : urls).Select(BindingAddress.Parse)];

        IEnumerable<string> Ports(string scheme) =>
            (settings[$"{scheme}_ports"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(port => $"{scheme}://*:{port}");
    }

    /// <summary>Where this machine reaches a server that may listen on all of its addresses.</summary>
    private static string Host(string listens) => listens is "*" or "+" or "0.0.0.0" ? "127.0.0.1" : listens is "[::]" ? "[::1]" : listens;

    private static async Task<int> No(string why)
    {
        await Console.Error.WriteLineAsync(why);
        return 1;
    }
}
