using System.Diagnostics;
using Microsoft.AspNetCore.SignalR;
using RandomChat.Application;
using RandomChat.Application.Events;

namespace RandomChat.Web.Realtime;

/// <summary>Turns what goes wrong in a hub call into a <c>HubException</c> of the form <c>code: text</c>.</summary>
public sealed class HubRefusals(ILogger<HubRefusals> log) : IHubFilter
{
    /// <summary>The text of a refusal; one for <c>rate-limited</c> begins with the seconds.</summary>
    public static string TextOf(Refusal refusal) =>
        refusal.RetryAfterSeconds is { } seconds
            ? $"{refusal.Code}: {seconds} {refusal.Message}"
            : refusal.Errors is { Count: > 0 } errors
                ? $"{refusal.Code}: {string.Join(' ', errors.Select(error => $"{error.Key}: {string.Join(' ', error.Value)}"))}"
                : $"{refusal.Code}: {refusal.Message}";

    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        try
        {
            return await next(invocationContext);
        }
        catch (HubException)
        {
            throw;
        }
        catch (DependencyUnavailableException e)
        {
            throw new HubException(TextOf(Refusal.Unavailable(e.Dependency)));
        }
        catch (AppendOutcomeUnknownException)
        {
            throw new HubException(TextOf(Refusal.Unavailable("event-log")));
        }
        catch (OperationCanceledException) when (invocationContext.Context.ConnectionAborted.IsCancellationRequested)
        {
            throw new HubException("unavailable: The connection is gone.");
        }
        catch (Exception e)
        {
            LogMessages.HubCallFailed(log, invocationContext.HubMethodName, Activity.Current?.TraceId.ToString(), e);
            throw new HubException("internal: Something went wrong on our side.");
        }
    }
}
