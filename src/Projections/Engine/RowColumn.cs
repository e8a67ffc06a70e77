using System.Globalization;
using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using RandomChat.Infrastructure.Sqlite;

namespace RandomChat.Projections.Engine;

/// <summary>A column of a table: how a row's value is stored in it, the same as where the row is added as an entity.</summary>
internal sealed class RowColumn
{
    private readonly Func<object, object?> read;
    private readonly ValueConverter? converter;
    private readonly Action<SqliteStatement, int, object> bind;

    private RowColumn(IEntityType entity, IProperty property)
    {
        Table = entity.GetSchemaQualifiedTableName()!;
        Name = property.GetColumnName();
        converter = property.GetTypeMapping().Converter;
        Type = converter?.ProviderClrType ?? property.ClrType;
        read = Getter<object?>(property);

        // The kinds that most columns have are bound without an object for each value.
        bind = converter switch
        {
            ReadDb.LowerCaseText when property.ClrType == typeof(Guid) => BindId(Getter<Guid>(property)),
            ReadDb.UtcText when property.ClrType == typeof(DateTimeOffset) => BindMoment(Getter<DateTimeOffset>(property)),
            null when property.ClrType == typeof(long) => BindNumber(Getter<long>(property)),
            null when property.ClrType == typeof(string) => BindText(Getter<string?>(property)),
            _ => (statement, index, row) => BindAny(statement, index, Stored(row)),
        };
    }

    /// <summary>Of the table.</summary>
    public string Table { get; }

    public string Name { get; }

    /// <summary>Of what is stored.</summary>
    public Type Type { get; }

    /// <summary>The columns of a table.</summary>
    public static IReadOnlyList<RowColumn> Of(IEntityType entity) => [.. entity.GetProperties().Select(property => new RowColumn(entity, property))];

    /// <summary>What is stored of a row; null where it has nothing.</summary>
    public object? Stored(object row) => converter is null ? read(row) : converter.ConvertToProvider(read(row));

    /// <summary>Gives a parameter of a statement of SQLite, counted from 1, the value of a row.</summary>
    public void Bind(SqliteStatement statement, int index, object row) => bind(statement, index, row);

    private static Func<object, T> Getter<T>(IProperty property)
    {
        var row = Expression.Parameter(typeof(object));
        var value = Expression.Property(Expression.Convert(row, property.DeclaringType.ClrType), property.PropertyInfo!);
        return Expression.Lambda<Func<object, T>>(Expression.Convert(value, typeof(T)), row).Compile();
    }

    private static Action<SqliteStatement, int, object> BindId(Func<object, Guid> id) => (statement, index, row) =>
    {
        Span<byte> text = stackalloc byte[36];
        id(row).TryFormat(text, out _, "D");
        statement.Bind(index, text);
    };

    private static Action<SqliteStatement, int, object> BindMoment(Func<object, DateTimeOffset> moment) => (statement, index, row) =>
    {
        Span<byte> text = stackalloc byte[32];
        moment(row).UtcDateTime.TryFormat(text, out var length, ReadDb.UtcText.Format, CultureInfo.InvariantCulture);
        statement.Bind(index, text[..length]);
    };

    private static Action<SqliteStatement, int, object> BindNumber(Func<object, long> number) =>
        (statement, index, row) => statement.Bind(index, number(row));

    private static Action<SqliteStatement, int, object> BindText(Func<object, string?> text) =>
        (statement, index, row) => statement.Bind(index, text(row));

    private static void BindAny(SqliteStatement statement, int index, object? value)
    {
        switch (value)
        {
            case null or string:
                statement.Bind(index, (string?)value);
                break;
            case byte[] bytes:
                statement.BindBytes(index, bytes);
                break;
            case double number:
                statement.Bind(index, number);
                break;
            case bool or byte or short or int or long:
                statement.Bind(index, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            default:
                throw new NotSupportedException($"Rows that are inserted have no column of {value.GetType().Name}.");
        }
    }
}
