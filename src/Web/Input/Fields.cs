using System.Text.Json;
using RandomChat.Application;

namespace RandomChat.Web.Input;

/// <summary>
/// Reads the fields of a JSON object that a client sent, over REST or the hub. Nothing is thrown: what is missing or
/// of the wrong type is collected, and <see cref="Refusal"/> says so; values read then are placeholders.
/// </summary>
public sealed class Fields
{
    private readonly JsonElement json;
    private readonly bool isObject;
    private Dictionary<string, string[]>? errors;

    public Fields(JsonElement json)
    {
        this.json = json;
        isObject = json.ValueKind == JsonValueKind.Object;
    }

    /// <summary><c>malformed</c> where it is no object, <c>invalid</c> where a field is wrong, null where all is well.</summary>
    public Refusal? Refusal =>
        !isObject ? new("malformed", "A JSON object is expected here.")
        : errors is not null ? new("invalid", "Some of it cannot be used.", errors)
        : null;

    public void Add(string field, string message) => (errors ??= [])[field] = [message];

    /// <summary>A text; where a length is given, of 1 to that many characters.</summary>
    public string String(string name, int most = int.MaxValue)
    {
        if (Find(name) is not { } value)
        {
            return Missing(name, string.Empty);
        }

        if (Text(name, value) is not { } text)
        {
            return string.Empty;
        }

        if (most != int.MaxValue && (text.Length == 0 || text.Length > most))
        {
            Add(name, $"It has 1 to {most} characters.");
        }

        return text;
    }

    public string? OptionalString(string name, int most)
    {
        if (Find(name) is not { } value || Text(name, value) is not { } text)
        {
            return null;
        }

        if (text.Length > most)
        {
            Add(name, $"It has at most {most} characters.");
        }

        return text;
    }

    public Guid Guid(string name) => Find(name) is { } value ? GuidOf(name, value) : Missing(name, default(Guid));

    public Guid? OptionalGuid(string name) => Find(name) is { } value ? GuidOf(name, value) : null;

    /// <summary>A moment in ISO 8601 with its offset; null where the field is missing.</summary>
    public DateTimeOffset? OptionalTime(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && value.TryGetDateTimeOffset(out var at))
        {
            return at;
        }

        Add(name, "It is a moment such as 2026-03-01T12:00:00Z.");
        return null;
    }

    public bool Bool(string name) => Find(name) is { } value ? BoolOf(name, value) : Missing(name, false);

    public bool? OptionalBool(string name) => Find(name) is { } value ? BoolOf(name, value) : null;

    public int Int(string name, int least, int most) =>
        Find(name) is { } value ? IntOf(name, value, least, most) : Missing(name, least);

    public int? OptionalInt(string name, int least, int most) => Find(name) is { } value ? IntOf(name, value, least, most) : null;

    /// <summary>One of some words; compared exactly.</summary>
    public string OneOf(string name, params ReadOnlySpan<string> words)
    {
        if (Find(name) is not { } value)
        {
            return Missing(name, string.Empty);
        }

        if (Safe(value) is { } word && words.Contains(word))
        {
            return word;
        }

        Add(name, $"It is one of {string.Join(", ", words.ToArray())}.");
        return string.Empty;
    }

    /// <summary>One of an enum's names in camelCase; compared exactly.</summary>
    public T Enum<T>(string name)
        where T : struct, Enum
    {
        var words = System.Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName).ToArray();
        var word = OneOf(name, words);
        return word.Length == 0 ? default : System.Enum.GetValues<T>()[Array.IndexOf(words, word)];
    }

    /// <summary>Texts of up to so many characters after trimming; blank ones are passed over; none where the field is missing.</summary>
    public IReadOnlyList<string> OptionalStrings(string name, int mostItems, int mostLength)
    {
        if (Find(name) is not { } value)
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
        {
            Add(name, "It is a list of texts.");
            return [];
        }

        var texts = value.EnumerateArray().Select(item => Safe(item)).OfType<string>().Select(text => text.Trim()).Where(text => text.Length > 0).ToArray();
        if (texts.Length > mostItems || texts.Any(text => text.Length > mostLength))
        {
            Add(name, $"It has at most {mostItems} entries of up to {mostLength} characters.");
            return [];
        }

        return texts;
    }

    /// <summary>An object as it stands, which can be sent on, or null where it is missing or null.</summary>
    public JsonElement? OptionalObject(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Object && IsWritable(value))
        {
            return value;
        }

        Add(name, "It is an object or null.");
        return null;
    }

    private JsonElement? Find(string name) =>
        isObject && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private T Missing<T>(string name, T placeholder)
    {
        if (isObject)
        {
            Add(name, "It is missing.");
        }

        return placeholder;
    }

    private string? Text(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String && Safe(value) is { } text)
        {
            return text;
        }

        Add(name, "It is a text.");
        return null;
    }

    /// <summary>The text, or null where it holds half a surrogate pair, which is no text that can be stored or sent on.</summary>
    private static string? Safe(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>False where half a surrogate pair is somewhere inside: whoever gets it would lose the connection.</summary>
    private static bool IsWritable(JsonElement value)
    {
        using var nowhere = new Utf8JsonWriter(Stream.Null);
        try
        {
            value.WriteTo(nowhere);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private Guid GuidOf(string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String && System.Guid.TryParseExact(Safe(value), "D", out var id))
        {
            return id;
        }

        Add(name, "It is an id.");
        return default;
    }

    private bool BoolOf(string name, JsonElement value)
    {
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Add(name, "It is true or false.");
        return false;
    }

    private int IntOf(string name, JsonElement value, int least, int most)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most)
        {
            return number;
        }

        Add(name, most == int.MaxValue ? $"It is a whole number from {least}." : $"It is a whole number from {least} to {most}.");
        return least;
    }
}
