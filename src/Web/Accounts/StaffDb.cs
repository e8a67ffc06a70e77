using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RandomChat.Domain.Accounts;

namespace RandomChat.Web.Accounts;

/// <summary>Somebody of the staff. Who left keeps their name, so that what they did can still be read with it.</summary>
public sealed class StaffMember : IdentityUser<Guid>
{
    public StaffMember()
    {
    }

    public StaffMember(Guid id, string name)
        : base(name) => Id = id;

    public StaffStanding Standing { get; set; } = StaffStanding.Active;

    /// <summary>Null where they never signed in, or not since this is kept.</summary>
    public DateTimeOffset? LastSeenAt { get; set; }
}

/// <summary>One signing in. It ends when this row goes.</summary>
public sealed class StaffSession
{
    public Guid Id { get; set; }

    /// <summary>Whose.</summary>
    public Guid UserId { get; set; }

    /// <summary>From what, in words.</summary>
    public string Browser { get; set; } = string.Empty;

    public DateTimeOffset StartedAt { get; set; }

    /// <summary>To the minute.</summary>
    public DateTimeOffset LastSeenAt { get; set; }
}

/// <summary>A link by which one person may join. It is good while this row is there.</summary>
public sealed class StaffInvitation
{
    /// <summary>Who uses it becomes this member.</summary>
    public Guid Id { get; set; }

    /// <summary>Of the link, which itself is kept nowhere.</summary>
    public string TokenHash { get; set; } = string.Empty;

    public StaffRole Role { get; set; }

    public Guid InvitedBy { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }
}

/// <summary>The accounts of the staff, with their roles as claims.</summary>
public sealed class StaffDb(DbContextOptions<StaffDb> options) : IdentityDb<StaffMember>(options, Schema)
{
    public const string Schema = "staff";

    public DbSet<StaffSession> Sessions => Set<StaffSession>();

    public DbSet<StaffInvitation> Invitations => Set<StaffInvitation>();

    protected override void NameTables(ModelBuilder builder)
    {
        builder.Entity<StaffMember>().ToTable("members").Property(member => member.Standing).HasConversion<string>();
        builder.Entity<IdentityUserClaim<Guid>>().ToTable("claims");
        builder.Entity<IdentityUserLogin<Guid>>().ToTable("logins");
        builder.Entity<IdentityUserToken<Guid>>().ToTable("tokens");
        builder.Entity<StaffSession>().ToTable("sessions").Property(session => session.Id).ValueGeneratedNever();
        builder.Entity<StaffInvitation>().ToTable("invitations").Property(invitation => invitation.Id).ValueGeneratedNever();
        builder.Entity<StaffInvitation>().Property(invitation => invitation.Role).HasConversion<string>();
    }
}
