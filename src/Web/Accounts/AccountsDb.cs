using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace RandomChat.Web.Accounts;

/// <summary>A visitor who has an account. Its id is the visitor's.</summary>
public sealed class AccountHolder : IdentityUser<Guid>
{
    public AccountHolder()
    {
    }

    public AccountHolder(Guid visitorId, string userName)
        : base(userName) => Id = visitorId;

    /// <summary>Sealed under the visitor's key; null where none was given.</summary>
    public string? SealedEmail { get; set; }

    /// <summary>Hashes of the recovery codes that are left, see <see cref="Accounts.RecoveryCodes"/>.</summary>
    public string RecoveryCodes { get; set; } = string.Empty;
}

/// <summary>The accounts of visitors: names, passwords, addresses. What they did with them is in the log.</summary>
public sealed class AccountsDb(DbContextOptions<AccountsDb> options) : IdentityDb<AccountHolder>(options, Schema)
{
    public const string Schema = "accounts";

    protected override void NameTables(ModelBuilder builder)
    {
        builder.Entity<AccountHolder>().Ignore(holder => holder.TwoFactorEnabled).ToTable("holders");
        builder.Ignore<IdentityUserClaim<Guid>>().Ignore<IdentityUserLogin<Guid>>().Ignore<IdentityUserToken<Guid>>();
    }
}
