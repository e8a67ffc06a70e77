using System.Globalization;
using System.Linq.Expressions;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using SQLitePCL;

namespace RandomChat.Projections.Engine;

/// <summary>A column of a table: how a row's value is stored in it, the same as where the row is added as an entity.</summary>
internal sealed class RowColumn
{
    private const int LongestOnStack = 512;

    private readonly Func<object, object?> read;
    private readonly ValueConverter? converter;
    private readonly Func<sqlite3_stmt, int, object, int> bind;

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
    /// <returns>SQLite's answer.</returns>
    public int Bind(sqlite3_stmt statement, int index, object row) => bind(statement, index, row);

    private static Func<object, T> Getter<T>(IProperty property)
    {
        var row = Expression.Parameter(typeof(object));
        var value = Expression.Property(Expression.Convert(row, property.DeclaringType.ClrType), property.PropertyInfo!);
        return Expression.Lambda<Func<object, T>>(Expression.Convert(value, typeof(T)), row).Compile();
    }

    private static Func<sqlite3_stmt, int, object, int> BindId(Func<object, Guid> id) => (statement, index, row) =>
    {
        Span<byte> text = stackalloc byte[36];
        id(row).TryFormat(text, out _, "D");
        return raw.sqlite3_bind_text(statement, index, text);
    };

    private static Func<sqlite3_stmt, int, object, int> BindMoment(Func<object, DateTimeOffset> moment) => (statement, index, row) =>
    {
        Span<byte> text = stackalloc byte[32];
        moment(row).UtcDateTime.TryFormat(text, out var length, ReadDb.UtcText.Format, CultureInfo.InvariantCulture);
        return raw.sqlite3_bind_text(statement, index, text[..length]);
    };

    private static Func<sqlite3_stmt, int, object, int> BindNumber(Func<object, long> number) =>
        (statement, index, row) => raw.sqlite3_bind_int64(statement, index, number(row));

    private static Func<sqlite3_stmt, int, object, int> BindText(Func<object, string?> text) =>
        (statement, index, row) => Bind(statement, index, text(row));

    private static int Bind(sqlite3_stmt statement, int index, string? text)
    {
        if (text is not { Length: > 0 })
        {
            // An empty span would be NULL.
            return text is null ? raw.sqlite3_bind_null(statement, index) : raw.sqlite3_bind_text(statement, index, string.Empty);
        }

        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var bytes = most <= LongestOnStack ? stackalloc byte[most] : new byte[most];
        return raw.sqlite3_bind_text(statement, index, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }

    private static int BindAny(sqlite3_stmt statement, int index, object? value) => value switch
    {
        null or string => Bind(statement, index, (string?)value),
        byte[] bytes => raw.sqlite3_bind_blob(statement, index, bytes),
        double number => raw.sqlite3_bind_double(statement, index, number),
        bool or byte or short or int or long => raw.sqlite3_bind_int64(statement, index, Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        _ => throw new NotSupportedException($"Rows that are inserted have no column of {value.GetType().Name}."),
    };
}
