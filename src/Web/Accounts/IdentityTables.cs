using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using RandomChat.Infrastructure.Migrations;
using RandomChat.Infrastructure.Postgres;
using RandomChat.Infrastructure.Settings;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Web.Accounts;

/// <summary>Where accounts of one kind lie: a schema of Postgres where that is used, else a file of the data directory.</summary>
/// <param name="Schema">On Postgres; the file has its name.</param>
/// <param name="Scripts">The folder of the migrations, as resources are named.</param>
internal sealed record IdentityTables(IConfiguration Configuration, string Schema, string Scripts)
{
    private readonly string file = Path.Combine(RandomChatSettings.DataDirectory(Configuration), $"{Schema}.db");

    /// <summary>Their name in answers and in readiness.</summary>
    public string Dependency => IsPostgres ? "postgres" : "accounts";

    public bool IsPostgres => Configuration.PostgresConnection() is not null;

    /// <summary>Lets ASP.NET Core Identity use them, with the rules that hold for every password.</summary>
    public void AddTo<TUser, TDb>(IServiceCollection services)
        where TUser : IdentityUser<Guid>
        where TDb : IdentityDb<TUser>
    {
        services.AddDbContext<TDb>((provider, options) =>
        {
            if (IsPostgres)
            {
                options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>());
            }
            else
            {
                options.UseSqlite($"Data Source={file};Pooling=False").AddInterceptors(new SecureDelete());
            }
        });
        services.TryAddSingleton<PasskeyChallenges>();
        services.Configure<IdentityPasskeyOptions>(PasskeyRules.Apply);

        // The first schema of Identity with passkeys.
        services.Configure<IdentityOptions>(options => options.Stores.SchemaVersion = IdentitySchemaVersions.Version3);
        services.AddIdentityCore<TUser>(PasswordRules.Apply).AddEntityFrameworkStores<TDb>()
            .AddPasswordValidator<LongestPassword<TUser>>().AddPasswordValidator<KnownBadPasswords<TUser>>();
    }

    public ISchemaMigrations Migrations(IServiceProvider provider)
    {
        var assembly = typeof(IdentityTables).Assembly;
        return IsPostgres
            ? new PostgresMigrations(provider.GetRequiredService<NpgsqlDataSource>(), Schema, new(assembly, Scripts, ".postgres.sql"))
            : new SqliteMigrations(file, Dependency, new(assembly, Scripts, ".sqlite.sql"));
    }
}
