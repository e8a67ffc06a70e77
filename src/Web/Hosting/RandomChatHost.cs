using Microsoft.AspNetCore.Mvc.ModelBinding;
using RandomChat.Application;
using RandomChat.Application.Matchmaking;
using RandomChat.Projections;
using RandomChat.Web.Accounts;
using RandomChat.Web.Api;
using RandomChat.Web.Matchmaking;
using RandomChat.Web.Moderation;
using RandomChat.Web.Pages;
using RandomChat.Web.Pages.Admin;
using RandomChat.Web.Problems;
using RandomChat.Web.Realtime;

namespace RandomChat.Web.Hosting;

/// <summary>The whole server, one line a concern.</summary>
public static class RandomChatHost
{
    public static WebApplicationBuilder AddRandomChat(this WebApplicationBuilder builder)
    {
        // Outside Development only a published folder has its assets compressed in place; run from the sources they are
        // found through the build's manifest, without which they would arrive empty.
        builder.WebHost.UseStaticWebAssets();
        builder.AddEdge();
        var configuration = builder.Configuration;
        builder.Services.AddEngines(configuration);
        builder.Services.AddApplication();
        builder.Services.AddProjections(configuration);
        builder.Services.AddMediator(options =>
        {
            options.Assemblies = [typeof(JoinQueue)];
            options.ServiceLifetime = ServiceLifetime.Singleton;
        });
        builder.Services.AddRealtime();
        builder.Services.AddBans();
        builder.Services.AddApiDescription();
        builder.Services.AddStaff(configuration);
        builder.Services.AddVisitorAccounts(configuration);
        builder.Services.AddRazorPages(options => options.Conventions.AddPageRoute("/Appeal", "/banned")).AddMvcOptions(options =>
        {
            // They read "a[b]" as jQuery writes it and throw at an odd bracket; no form of ours has one.
            options.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
            options.ValueProviderFactories.RemoveType<JQueryQueryStringValueProviderFactory>();
        });
        builder.Services.AddSingleton<ChatPages>();
        builder.Services.AddSingleton<DeskNumbers>();
        builder.Services.AddSingleton<AuditList>();
        builder.Services.AddSingleton<CaseQueues>();
        builder.Services.AddSingleton<CaseBoards>();
        return builder;
    }

    public static void UseRandomChat(this WebApplication app)
    {
        app.UseEdge();
        app.UseRealtime();
        app.MapEdge();
        app.MapMatches();
        app.MapReports();
        app.MapAppeals();
        app.MapLogin();
        app.MapAccounts();
        app.MapAdmin();
        app.MapLedger();
        app.MapHistory();
        app.MapMetrics();
        app.MapRealtime();
        app.MapOpenApi();
        app.MapOtherMethods();
        app.MapStaticAssets();
        app.MapRazorPages().WithStaticAssets();
    }
}
