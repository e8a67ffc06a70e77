using Microsoft.EntityFrameworkCore;

namespace RandomChat.Web.Accounts;

/// <summary>
/// Where somebody of the staff is signed in. A session is a row: a token is good while its row is there, so that ending one
/// ends it at once, at every node.
/// </summary>
public sealed class StaffSessions(StaffStore store, StaffTokens tokens, TimeProvider clock)
{
    /// <summary>How exactly it is known when somebody was last here: a row is not written anew for each request.</summary>
    private static readonly TimeSpan Exactness = TimeSpan.FromMinutes(1);

    /// <summary>Those that last, the latest seen first.</summary>
    /// <param name="staffId">Whose; null for everybody's.</param>
    public Task<IReadOnlyList<StaffSession>> Of(Guid? staffId) => store.Ask<IReadOnlyList<StaffSession>>(async (_, db) =>
    {
        var since = clock.GetUtcNow() - StaffTokens.Lifetime;
        var sessions = await db.Sessions.AsNoTracking().Where(session => staffId == null || session.UserId == staffId).ToListAsync();
        return [.. sessions.Where(session => session.StartedAt > since).OrderByDescending(session => session.LastSeenAt)];
    });

    /// <summary>Begins one, and says the token of it.</summary>
    /// <param name="browser">From what, in words.</param>
    internal async Task<string> Begin(StaffDb db, StaffMember member, string browser)
    {
        var now = clock.GetUtcNow();
        foreach (var over in (await db.Sessions.AsNoTracking().Where(session => session.UserId == member.Id).ToListAsync())
            .Where(session => session.StartedAt <= now - StaffTokens.Lifetime))
        {
            await db.Sessions.Where(session => session.Id == over.Id).ExecuteDeleteAsync();
        }

        var begun = new StaffSession { Id = Guid.NewGuid(), UserId = member.Id, Browser = browser, StartedAt = now, LastSeenAt = now };
        db.Sessions.Add(begun);
        await db.SaveChangesAsync();
        await db.Users.Where(one => one.Id == member.Id).ExecuteUpdateAsync(set => set.SetProperty(one => one.LastSeenAt, now));
        return tokens.Issue(member.Id, begun.Id, member.SecurityStamp!);
    }

    /// <summary>Whether a session lasts, and notes that it was used.</summary>
    internal async Task<bool> Continue(StaffDb db, StaffToken token)
    {
        if (await db.Sessions.AsNoTracking().FirstOrDefaultAsync(session => session.Id == token.SessionId && session.UserId == token.StaffId) is not { } session)
        {
            return false;
        }

        var now = clock.GetUtcNow();
        if (now - session.LastSeenAt >= Exactness)
        {
            await db.Sessions.Where(one => one.Id == session.Id).ExecuteUpdateAsync(set => set.SetProperty(one => one.LastSeenAt, now));
            await db.Users.Where(one => one.Id == session.UserId).ExecuteUpdateAsync(set => set.SetProperty(one => one.LastSeenAt, now));
        }

        return true;
    }

    /// <param name="sessionId">Null: all of the member's.</param>
    internal static Task<int> End(StaffDb db, Guid staffId, Guid? sessionId) =>
        db.Sessions.Where(session => session.UserId == staffId && (sessionId == null || session.Id == sessionId)).ExecuteDeleteAsync();
}
