namespace RandomChat.Web.Hosting;

public static class LoggingSetup
{
    /// <summary>
    /// One line an event. What the framework says about single requests is left out: it would write query strings,
    /// which may hold tokens, and addresses.
    /// </summary>
    public static ILoggingBuilder AddPrivateLogging(this ILoggingBuilder logging)
    {
        logging.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);

        // Every statement is no news.
        logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);

        // It would say that keys are stored in plain: it does not know that what it stores them in wraps them.
        logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);

        // A refused call is an answer to its caller; what really fails is logged by HubRefusals.
        logging.AddFilter("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", LogLevel.None);

        // A mismatched token is an answer to its sender, not an event for an operator.
        logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Critical);
        return logging;
    }
}
