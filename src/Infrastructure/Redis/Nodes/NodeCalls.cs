using System.Collections.Concurrent;
using System.Text.Json;
using Mediator;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RandomChat.Application.Events;
using RandomChat.Application.Matches;
using RandomChat.Application.Realtime;

namespace RandomChat.Infrastructure.Redis.Nodes;

/// <summary>Has other nodes handle requests about their matches, and handles those of other nodes.</summary>
internal sealed class NodeCalls(NodeBus bus, NodeLife life, IServiceProvider services, TimeProvider time, ILogger<NodeCalls> log) : INodes
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // What may be asked; nothing else that arrives is ever turned into a call.
    private static readonly Dictionary<string, Type> Requests = new Type[]
    {
        typeof(SendMessage), typeof(SetTyping), typeof(SendSignal), typeof(ShowVideo), typeof(ReportCall), typeof(ResumeMatch),
        typeof(LeaveMatch), typeof(SeeMatch),
    }.ToDictionary(type => type.Name);

    private readonly ConcurrentDictionary<Guid, (string Node, TaskCompletionSource<NodeMessage.Answer> Answered)> waiting = [];

    public async ValueTask<TResponse> Ask<TResponse>(string node, IRequest<TResponse> request, CancellationToken ct)
    {
        var id = Guid.NewGuid();
        var answered = new TaskCompletionSource<NodeMessage.Answer>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[id] = (node, answered);
        try
        {
            var question = new NodeMessage.Question(
                id, request.GetType().Name, JsonSerializer.SerializeToElement(request, request.GetType(), NodeJson.Options));
            if (!await bus.Deliver(node, question) && !await life.IsAlive(node))
            {
                throw new NodeGoneException(node);
            }

            var answer = await answered.Task.WaitAsync(Patience, time, ct);
            return answer switch
            {
                { Down: { } dependency } => throw new DependencyUnavailableException(dependency),
                { Body: { } body } => body.Deserialize<TResponse>(NodeJson.Options)!,
                _ => throw new NodeFailedException(node, request.GetType().Name),
            };
        }
        catch (TimeoutException e)
        {
            throw new DependencyUnavailableException("node", e);
        }
        finally
        {
            waiting.TryRemove(id, out _);
        }
    }

    /// <summary>Whoever waits for an answer of this node learns that there will be none.</summary>
    public void GiveUp(string node)
    {
        foreach (var (_, (asked, answered)) in waiting.Where(call => call.Value.Node == node))
        {
            answered.TrySetException(new NodeGoneException(asked));
        }
    }

    public void Receive(NodeMessage.Answer answer)
    {
        if (waiting.TryGetValue(answer.Id, out var call))
        {
            call.Answered.TrySetResult(answer);
        }
    }

    public async void Receive(NodeMessage.Question question)
    {
        try
        {
            if (!Requests.TryGetValue(question.Request, out var type) || question.Body.Deserialize(type, NodeJson.Options) is not { } request)
            {
                throw new JsonException($"{question.Request} is no request that nodes ask.");
            }

            var answer = await services.GetRequiredService<ISender>().Send(request, CancellationToken.None);
            bus.Post(question.From, new NodeMessage.Answer(question.Id, JsonSerializer.SerializeToElement(answer, answer!.GetType(), NodeJson.Options), null));
        }
        catch (DependencyUnavailableException e)
        {
            bus.Post(question.From, new NodeMessage.Answer(question.Id, null, e.Dependency));
        }
        catch (AppendOutcomeUnknownException)
        {
            bus.Post(question.From, new NodeMessage.Answer(question.Id, null, "event-log"));
        }
        catch (ObjectDisposedException)
        {
            // This node has stopped. Whoever asks learns that it is gone, and has the match handled by who takes it over.
        }
        catch (Exception e)
        {
            log.NodeMessageFailed(e, question.Request);
            bus.Post(question.From, new NodeMessage.Answer(question.Id, null, null));
        }
    }
}
