using RandomChat.Infrastructure.Settings;
using RandomChat.Web.Hosting;

try
{
    // A published server finds its pages' files beside itself, from wherever it is started.
    var app = WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = args,
        ContentRootPath = RandomChatSettings.IsPublished ? AppContext.BaseDirectory : null,
    }).AddRandomChat().Build();
    app.UseRandomChat();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (StartFailure.Explain(e) is { } explanation)
{
    await Console.Error.WriteLineAsync(explanation);
    return 1;
}
