using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
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

/// <summary>
/// The accounts of the staff, with their roles as claims. Not derived from events, so its tables have migrations
/// (<see cref="StaffSetup"/>).
/// </summary>
public sealed class StaffDb(DbContextOptions<StaffDb> options) : IdentityUserContext<StaffMember, Guid>(options)
{
    public const string Schema = "staff";

    public DbSet<StaffSession> Sessions => Set<StaffSession>();

    public DbSet<StaffInvitation> Invitations => Set<StaffInvitation>();

    /// <summary>Identity maps what is left out below before it can be left out: nothing to warn of.</summary>
    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.ConfigureWarnings(warnings => warnings.Ignore(CoreEventId.MappedPropertyIgnoredWarning));

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        if (Database.IsNpgsql())
        {
            builder.HasDefaultSchema(Schema);
        }

        // There is nothing to write to them at.
        builder.Entity<StaffMember>().Ignore(member => member.Email).Ignore(member => member.NormalizedEmail).Ignore(member => member.EmailConfirmed)
            .Ignore(member => member.PhoneNumber).Ignore(member => member.PhoneNumberConfirmed);
        builder.Entity<StaffMember>().ToTable("members").Property(member => member.Standing).HasConversion<string>();
        builder.Entity<IdentityUserClaim<Guid>>().ToTable("claims");
        builder.Entity<IdentityUserLogin<Guid>>().ToTable("logins");
        builder.Entity<IdentityUserToken<Guid>>().ToTable("tokens");
        builder.Entity<StaffSession>().ToTable("sessions").Property(session => session.Id).ValueGeneratedNever();
        builder.Entity<StaffInvitation>().ToTable("invitations").Property(invitation => invitation.Id).ValueGeneratedNever();
        builder.Entity<StaffInvitation>().Property(invitation => invitation.Role).HasConversion<string>();
        foreach (var property in builder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
        }
    }
}
