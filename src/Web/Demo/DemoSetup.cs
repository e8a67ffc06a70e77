namespace RandomChat.Web.Demo;

/// <summary><c>--demo</c> on the command line: a world to try the desk with, made in an empty data directory by the server's own commands.</summary>
public static class DemoSetup
{
    public const string Option = "--demo";

    /// <summary>After everything else: what it uses has to run when it starts.</summary>
    /// <exception cref="DemoException">There may be something real where it would be made. Nothing was changed.</exception>
    public static WebApplicationBuilder AddDemo(this WebApplicationBuilder builder)
    {
        DemoGround.Check(builder.Configuration);
        builder.Services.AddSingleton<DemoCrowd>();
        builder.Services.AddSingleton<DemoDesk>();
        builder.Services.AddSingleton<DemoWorld>();
        builder.Services.AddHostedService<DemoSeed>();
        return builder;
    }
}
