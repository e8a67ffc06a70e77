using RandomChat.Application.Visitors;

namespace RandomChat.Web.Identity;

/// <summary>Reads in the log whose sessions ended, and ends them on this node: another one may have been asked.</summary>
public sealed class SessionWatch : IHostedService, IDisposable
{
    private readonly ISessionNews news;
    private readonly EndedSessions ended;

    public SessionWatch(ISessionNews news, EndedSessions ended)
    {
        (this.news, this.ended) = (news, ended);

        // Services are made before any is started: what the log says from the start on is heard.
        news.SessionsEnded += ended.End;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => news.SessionsEnded -= ended.End;
}
