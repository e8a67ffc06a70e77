using Sentry;
using Sentry.Extensions.Logging;

namespace RandomChat.Web.Diagnostics;

/// <summary>
/// Error reports to whatever speaks Sentry's protocol: what is logged as an error, with its stack and its trace id, and
/// nothing of the request or the person.
/// </summary>
internal static class ErrorReports
{
    /// <summary>How a report ends up with the trace that the visitor was told of.</summary>
    private const string TraceTag = "trace_id";

    public static void Configure(SentryLoggingOptions options, string dsn, string? version)
    {
        options.Dsn = dsn;
        options.Release = version;
        options.MinimumEventLevel = LogLevel.Error;

        // What was logged before an error is in the log, on this machine.
        options.MaxBreadcrumbs = 0;
        options.MinimumBreadcrumbLevel = LogLevel.None;
        options.SendDefaultPii = false;
        options.AutoSessionTracking = false;
        options.ServerName = string.Empty;
        options.SetBeforeSend((report, _) =>
        {
            report.User = new();
            report.Request = new();
            report.ServerName = null;
            if (System.Diagnostics.Activity.Current is { } span)
            {
                report.SetTag(TraceTag, span.TraceId.ToString());
            }

            return report;
        });
    }
}
