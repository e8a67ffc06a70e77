using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RandomChat.Web.Accounts;

/// <summary>Tables of ASP.NET Core Identity, named as our other tables are. Not derived from events, so they have migrations.</summary>
/// <param name="schema">On Postgres; on SQLite they have a file of their own.</param>
public abstract class IdentityDb<TUser>(DbContextOptions options, string schema) : IdentityUserContext<TUser, Guid>(options)
    where TUser : IdentityUser<Guid>
{
    /// <summary>Identity maps what is left out below before it can be left out: nothing to warn of.</summary>
    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) =>
        optionsBuilder.ConfigureWarnings(warnings => warnings.Ignore(CoreEventId.MappedPropertyIgnoredWarning, CoreEventId.MappedEntityTypeIgnoredWarning));

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        if (Database.IsNpgsql())
        {
            builder.HasDefaultSchema(schema);
        }

        // In clear there is nothing to write to anybody at.
        builder.Entity<TUser>().Ignore(user => user.Email).Ignore(user => user.NormalizedEmail).Ignore(user => user.EmailConfirmed)
            .Ignore(user => user.PhoneNumber).Ignore(user => user.PhoneNumberConfirmed);
        builder.Entity<IdentityUserPasskey<Guid>>().ToTable("passkeys");
        NameTables(builder);
        foreach (var property in builder.Model.GetEntityTypes().Where(entity => !entity.IsMappedToJson()).SelectMany(entity => entity.GetProperties()))
        {
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
        }

        builder.Entity<IdentityUserPasskey<Guid>>().OwnsOne(passkey => passkey.Data).ToJson("data");
    }

    /// <summary>Names the tables that there are, and leaves out the others.</summary>
    protected abstract void NameTables(ModelBuilder builder);
}
