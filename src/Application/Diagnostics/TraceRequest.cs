using System.Diagnostics;
using Mediator;

namespace RandomChat.Application.Diagnostics;

/// <summary>A span for every use case, by its name.</summary>
public sealed class TraceRequest<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IMessage
{
    public ValueTask<TResponse> Handle(TRequest message, MessageHandlerDelegate<TRequest, TResponse> next, CancellationToken cancellationToken) =>
        Tracing.Spans.StartActivity(typeof(TRequest).Name) is { } span ? Traced(span, message, next, cancellationToken) : next(message, cancellationToken);

    private static async ValueTask<TResponse> Traced(
        Activity span, TRequest message, MessageHandlerDelegate<TRequest, TResponse> next, CancellationToken ct)
    {
        using (span)
        {
            try
            {
                return await next(message, ct);
            }
            catch (Exception e)
            {
                // The kind alone: a message may name somebody.
                span.SetStatus(ActivityStatusCode.Error, e.GetType().Name);
                throw;
            }
        }
    }
}
