using System.Collections.Concurrent;
using RandomChat.Application.Events;
using RandomChat.Application.Sealing;
using RandomChat.Domain.Accounts;
using RandomChat.Domain.Visitors;

namespace RandomChat.Application.Visitors;

/// <summary>What partners learn of visitors, and whose sessions have ended, from the visitors' own streams and their accounts'; held for a minute.</summary>
public sealed class VisitorProfiles(CommandExecutor executor, ISealer sealer, TimeProvider clock) : IPublicProfiles
{
    private const int MaximumHeld = 10_000;

    // Short, so that a name is forgotten soon after its key is.
    private static readonly TimeSpan HeldFor = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, Held> held = new();

    public async ValueTask<PublicProfile> Find(Guid visitorId, CancellationToken ct) => (await Read(visitorId, ct)).Profile;

    /// <summary>Whether the visitor asked to be forgotten. Who cannot be looked up is taken for somebody who did not.</summary>
    public async ValueTask<bool> IsErased(Guid visitorId, CancellationToken ct) => (await TryRead(visitorId, ct))?.IsErased ?? false;

    /// <summary>Whether the visitor has an account. Who cannot be looked up is taken for somebody who has none.</summary>
    public async ValueTask<bool> HasAccount(Guid visitorId, CancellationToken ct) => (await TryRead(visitorId, ct))?.HasAccount ?? false;

    /// <summary>
    /// Whether a session is over before its time: the visitor asked to be forgotten, or ended it in their account. Who cannot be
    /// looked up is taken for somebody who did neither.
    /// </summary>
    /// <param name="began">When the session began.</param>
    public async ValueTask<bool> HasEnded(Guid visitorId, DateTimeOffset began, CancellationToken ct) =>
        await TryRead(visitorId, ct) is { } known && (known.IsErased || IsBefore(began, known.SessionsSince));

    /// <summary>The visitor's streams say something new: this node reads them before it answers again.</summary>
    public void Look(Guid visitorId) => Hold(visitorId, new(PublicProfile.None, false, false, null, DateTimeOffset.MinValue));

    /// <summary>The visitor is forgotten.</summary>
    internal void NoteErased(Guid visitorId) => Hold(visitorId, new(PublicProfile.None, true, false, null, clock.GetUtcNow() + HeldFor));

    /// <summary>Whether a session began before a moment. Tokens count in milliseconds, events finer.</summary>
    public static bool IsBefore(DateTimeOffset began, DateTimeOffset? since) => began.ToUnixTimeMilliseconds() < since?.ToUnixTimeMilliseconds();

    private async ValueTask<Held?> TryRead(Guid visitorId, CancellationToken ct)
    {
        try
        {
            return await Read(visitorId, ct);
        }
        catch (DependencyUnavailableException)
        {
            // Leaving and talking go on while the log or the keys are away.
            return null;
        }
    }

    private async ValueTask<Held> Read(Guid visitorId, CancellationToken ct)
    {
        if (held.TryGetValue(visitorId, out var known) && known.Until > clock.GetUtcNow())
        {
            return known;
        }

        var visitor = await executor.Load(Visitor.Decider, visitorId, ct);
        var account = await executor.Load(Account.Decider, visitorId, ct);
        var json = visitor.Profile is { } text ? await sealer.OpenForVisitor(visitorId, text, ct) : null;
        var name = json is null ? null : VisitorProfile.Parse(json)?.DisplayName;
        var read = new Held(new(name, account.IsVerified), visitor.IsErased, account.IsOpen, account.SessionsSince, clock.GetUtcNow() + HeldFor);

        // What was said to be new while this was read may not be in it.
        if (known is null)
        {
            MakeRoom();
            held.TryAdd(visitorId, read);
        }
        else
        {
            held.TryUpdate(visitorId, read, known);
        }

        return read;
    }

    private void Hold(Guid visitorId, Held known)
    {
        MakeRoom();
        held[visitorId] = known;
    }

    private void MakeRoom()
    {
        if (held.Count >= MaximumHeld)
        {
            held.Clear();
        }
    }

    // A class, since only the very same one is replaced.
    private sealed class Held(PublicProfile profile, bool isErased, bool hasAccount, DateTimeOffset? sessionsSince, DateTimeOffset until)
    {
        public PublicProfile Profile => profile;

        public bool IsErased => isErased;

        public bool HasAccount => hasAccount;

        public DateTimeOffset? SessionsSince => sessionsSince;

        public DateTimeOffset Until => until;
    }
}
