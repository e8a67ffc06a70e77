using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace RandomChat.Web.Accounts;

/// <summary>Lets SQLite write over what is deleted, so that no name is left in the file when an account is gone.</summary>
internal sealed class SecureDelete : DbConnectionInterceptor
{
    private const string Pragma = "PRAGMA secure_delete = ON";

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Pragma;
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Pragma;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
