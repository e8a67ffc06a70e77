using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RandomChat.Web.Accounts;

/// <summary>Somebody of the staff.</summary>
public sealed class StaffMember : IdentityUser<Guid>
{
    public StaffMember()
    {
    }

    public StaffMember(Guid id, string name)
        : base(name) => Id = id;
}

/// <summary>
/// The accounts of the staff, with their roles as claims. Not derived from events, so its tables have migrations
/// (<see cref="StaffSetup"/>).
/// </summary>
public sealed class StaffDb(DbContextOptions<StaffDb> options) : IdentityUserContext<StaffMember, Guid>(options)
{
    public const string Schema = "staff";

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
        builder.Entity<StaffMember>().ToTable("members");
        builder.Entity<IdentityUserClaim<Guid>>().ToTable("claims");
        builder.Entity<IdentityUserLogin<Guid>>().ToTable("logins");
        builder.Entity<IdentityUserToken<Guid>>().ToTable("tokens");
        foreach (var property in builder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()))
        {
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
        }
    }
}
