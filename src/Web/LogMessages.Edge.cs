namespace RandomChat.Web;

internal static partial class LogMessages
{
    [LoggerMessage(121, LogLevel.Error, "{Method} {Path} failed; trace {TraceId}.")]
    public static partial void RequestFailed(ILogger log, string method, string path, string? traceId, Exception e);

    [LoggerMessage(122, LogLevel.Warning, "{Dependency} is unavailable.")]
    public static partial void DependencyDown(ILogger log, string dependency, Exception e);

    [LoggerMessage(123, LogLevel.Error, "A request carried X-Forwarded-For but did not come from a proxy listed in ForwardedHeaders:KnownProxies. The header is ignored: behind a proxy all visitors count as one address until the proxy is listed. This is said once.")]
    public static partial void UnknownProxy(ILogger log);

    [LoggerMessage(124, LogLevel.Warning, "Limits:Enabled=false and Captcha:Mode=off: nothing keeps robots out. Use this for tests only.")]
    public static partial void Unprotected(ILogger log);

    [LoggerMessage(125, LogLevel.Warning, "{Dependency} is not ready.")]
    public static partial void NotReady(ILogger log, string dependency, Exception e);

    [LoggerMessage(127, LogLevel.Information, "Keys of tokens were made, began or were revoked; they are in use from now on.")]
    public static partial void TokenKeysChanged(ILogger log);

    [LoggerMessage(128, LogLevel.Information, "The generations of the pepper are others than before; they are in use from now on.")]
    public static partial void PepperChanged(ILogger log);

    [LoggerMessage(129, LogLevel.Warning, "Keys of tokens and generations of the pepper could not be read anew; the ones that are known go on to be used.")]
    public static partial void SecretsNotRead(ILogger log, Exception e);

    [LoggerMessage(126, LogLevel.Warning, "What this server would tell Prometheus of its engines could not be seen; it looks again.")]
    public static partial void NotSampled(ILogger log, Exception e);
}
