using Mediator;

namespace RandomChat.Application.Realtime;

/// <summary>The other servers that run on the same engines.</summary>
public interface INodes
{
    /// <summary>Has another node handle a request, and gives its answer.</summary>
    /// <exception cref="NodeGoneException">That node died; whether it handled the request is not known.</exception>
    /// <exception cref="NodeFailedException">That node failed at it.</exception>
    /// <exception cref="Events.DependencyUnavailableException">It cannot be reached, or what it needs cannot.</exception>
    ValueTask<TResponse> Ask<TResponse>(string node, IRequest<TResponse> request, CancellationToken ct);
}

/// <summary>A node that was asked something failed at it; its own log says why.</summary>
public sealed class NodeFailedException(string node, string request) : Exception($"The node {node} could not handle {request}; its log says why.");

/// <summary>A node that was asked something died.</summary>
public sealed class NodeGoneException(string node) : Exception($"The node {node} is gone.")
{
    public string Node { get; } = node;
}
