using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Web.Accounts;
using RandomChat.Web.Tests.Hosting;

namespace RandomChat.Web.Tests.Moderation;

/// <summary>Somebody of the staff with a REST client.</summary>
internal static class Moderator
{
    public const string Name = "morgan";
    public const string Password = "a quiet harbour at dawn";

    /// <summary>Settings for tests that sign in again and again. Every test's server has this one as its first administrator.</summary>
    public static Dictionary<string, string?> Unlimited => new() { ["Limits:SignIns:Enabled"] = "false" };

    public static async Task<HttpClient> SignIn(Uri address, string name = Name)
    {
        var http = new HttpClient { BaseAddress = address };
        using var answer = await http.Post("/api/login", new { username = name, password = Password });
        return http.As((await answer.Json()).GetProperty("token").GetString()!);
    }

    /// <summary>Enlists another one and signs them in.</summary>
    public static async Task<HttpClient> Another(RunningServer server, string name, string role = StaffRoles.Moderator)
    {
        Assert.IsType<Enlistment.Done>(await server.Services.GetRequiredService<StaffAccounts>().Enlist(name, Password, role));
        return await SignIn(server.Address, name);
    }

    /// <param name="query">From its question mark on.</param>
    public static Task<JsonElement[]> Reports(this HttpClient staff, string query = "") => staff.Items("/api/admin/reports" + query);

    /// <inheritdoc cref="Reports"/>
    public static Task<JsonElement[]> Bans(this HttpClient staff, string query = "") => staff.Items("/api/admin/bans" + query);

    /// <summary>Those that wait.</summary>
    public static Task<JsonElement[]> Appeals(this HttpClient staff) => staff.Items("/api/admin/appeals");

    /// <summary>A report with its evidence.</summary>
    public static async Task<JsonElement> Read(this HttpClient staff, Guid report)
    {
        using var answer = await staff.GetAsync($"/api/admin/reports/{report}");
        return await answer.Json();
    }

    private static async Task<JsonElement[]> Items(this HttpClient staff, string path)
    {
        using var answer = await staff.GetAsync(path);
        return [.. (await answer.Json()).GetProperty("items").EnumerateArray()];
    }
}
