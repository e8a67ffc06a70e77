using Mediator;
using RandomChat.Application.Matches;

namespace RandomChat.Application.Tests.Fakes;

/// <summary>Sends what use cases ask each other about matches straight to its handlers.</summary>
public sealed class OnlyMatches(LiveMatches matches, IMatchRegistry registry) : ISender
{
    public async ValueTask<TResponse> Send<TResponse>(IRequest<TResponse> request, CancellationToken cancellationToken = default) => request switch
    {
        LeaveMatch leave => (TResponse)(object)await new LeaveMatchHandler(matches, registry).Handle(leave, cancellationToken),
        SeeMatch see => (TResponse)(object)await new SeeMatchHandler(matches).Handle(see, cancellationToken),
        _ => throw new NotSupportedException($"{request.GetType().Name} is not sent here."),
    };

    public ValueTask<TResponse> Send<TResponse>(ICommand<TResponse> command, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<TResponse> Send<TResponse>(IQuery<TResponse> query, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<object?> Send(object message, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<TResponse> CreateStream<TResponse>(IStreamQuery<TResponse> query, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<TResponse> CreateStream<TResponse>(IStreamRequest<TResponse> request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<TResponse> CreateStream<TResponse>(IStreamCommand<TResponse> command, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<object?> CreateStream(object message, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
