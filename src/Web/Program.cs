using RandomChat.Infrastructure.Settings;
using RandomChat.Web.Demo;
using RandomChat.Web.Health;
using RandomChat.Web.Hosting;

try
{
    if (args.Contains(HealthProbe.Option))
    {
        return await HealthProbe.Run(args);
    }

    // A published server finds its pages' files beside itself, from wherever it is started.
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions
    {
        // An option without a value would take the next argument for one.
        Args = [.. args.Where(argument => argument != DemoSetup.Option)],
        ContentRootPath = RandomChatSettings.IsPublished ? AppContext.BaseDirectory : null,
    }).AddRandomChat();
    var app = (args.Contains(DemoSetup.Option) ? builder.AddDemo() : builder).Build();
    app.UseRandomChat();
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (StartFailure.Explain(e) is { } explanation)
{
    await Console.Error.WriteLineAsync(explanation);
    return 1;
}
