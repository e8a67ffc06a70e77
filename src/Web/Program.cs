using RandomChat.Infrastructure;
using RandomChat.Web.Hosting;

try
{
    var app = WebApplication.CreateBuilder(args).AddRandomChat().Build();
    app.UseRandomChat();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (StartFailure.Explain(e) is { } explanation)
{
    await Console.Error.WriteLineAsync(explanation);
    return 1;
}
