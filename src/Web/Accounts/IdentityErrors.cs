using System.Data.Common;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using RandomChat.Application;
using RandomChat.Application.Accounts;

namespace RandomChat.Web.Accounts;

/// <summary>What ASP.NET Core Identity and its tables refuse, in the contract's words.</summary>
internal static class IdentityErrors
{
    private const int SqliteConstraint = 19;

    /// <summary>Somebody else wrote the same key in the same moment.</summary>
    public static bool IsDuplicate(DbUpdateException e) => e.InnerException
        is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } or SqliteException { SqliteErrorCode: SqliteConstraint };

    /// <summary>
    /// Whether the tables did not answer, rather than that something was asked wrongly. EF Core wraps what may pass by itself in
    /// an exception of another kind.
    /// </summary>
    public static bool IsOutage(Exception e) => e is DbException or TimeoutException or DbUpdateException
        or InvalidOperationException { InnerException: DbException or TimeoutException or DbUpdateException };

    /// <exception cref="InvalidOperationException">It failed, which nobody who asked for it could have prevented.</exception>
    public static async Task Must(Task<IdentityResult> change)
    {
        if (await change is { Succeeded: false } failed)
        {
            throw new InvalidOperationException(string.Join(' ', failed.Errors.Select(error => error.Description)));
        }
    }

    /// <returns>Why a password may not be anybody's; null where it may.</returns>
    public static async Task<IdentityResult?> Judge<TUser>(UserManager<TUser> users, TUser user, string password)
        where TUser : class
    {
        foreach (var validator in users.PasswordValidators)
        {
            if (await validator.ValidateAsync(users, user, password) is { Succeeded: false } unfit)
            {
                return unfit;
            }
        }

        return null;
    }

    /// <param name="failed">Has errors.</param>
    public static Refusal Why(IdentityResult failed)
    {
        var codes = failed.Errors.Select(error => error.Code).ToArray();
        if (codes.Contains(nameof(IdentityErrorDescriber.PasswordMismatch)))
        {
            return AccountRefusals.BadCredentials;
        }

        if (codes.Contains(nameof(IdentityErrorDescriber.DuplicateUserName)))
        {
            return AccountRefusals.NameTaken;
        }

        if (codes.Contains(nameof(IdentityErrorDescriber.ConcurrencyFailure)))
        {
            return Refusal.Conflict("Somebody changed this account in the same moment. Try again.");
        }

        return new("invalid", "Some of it cannot be used.", failed.Errors.GroupBy(error => FieldOf(error.Code)).ToDictionary(
            field => field.Key, field => field.Select(error => error.Description).ToArray()));
    }

    private static string FieldOf(string code) => code == nameof(IdentityErrorDescriber.InvalidUserName) ? "username" : "password";
}
