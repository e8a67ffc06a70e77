using System.Buffers;
using System.Globalization;
using System.Text.Json;
using MessagePack;
using MessagePack.Formatters;

namespace RandomChat.Web.Realtime;

/// <summary>
/// Writes and reads MessagePack as the same maps that JSON has, by going through the JSON form: both hub protocols
/// carry the same shapes by construction.
/// </summary>
public sealed class JsonShapedResolver : IFormatterResolver
{
    public static JsonShapedResolver Instance { get; } = new();

    public IMessagePackFormatter<T> GetFormatter<T>() => JsonShapedFormatter<T>.Instance;
}

internal sealed class JsonShapedFormatter<T> : IMessagePackFormatter<T>
{
    public static JsonShapedFormatter<T> Instance { get; } = new();

    public void Serialize(ref MessagePackWriter writer, T value, MessagePackSerializerOptions options)
    {
        // The declared type is object where a hub event is pushed: the value's own type has the shape.
        var element = value is null
            ? default
            : JsonSerializer.SerializeToElement(value, value.GetType(), WireJson.Options);
        Write(ref writer, element);
    }

    public T Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Read(ref reader, json, options.Security);
        }

        return JsonSerializer.Deserialize<T>(buffer.WrittenSpan, WireJson.Options)!;
    }

    private static void Write(ref MessagePackWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteMapHeader(element.GetPropertyCount());
                foreach (var property in element.EnumerateObject())
                {
                    writer.Write(property.Name);
                    Write(ref writer, property.Value);
                }

                break;
            case JsonValueKind.Array:
                writer.WriteArrayHeader(element.GetArrayLength());
                foreach (var item in element.EnumerateArray())
                {
                    Write(ref writer, item);
                }

                break;
            case JsonValueKind.String:
                writer.Write(element.GetString());
                break;
            case JsonValueKind.Number when element.TryGetInt64(out var whole):
                writer.Write(whole);
                break;
            case JsonValueKind.Number:
                writer.Write(element.GetDouble());
                break;
            case JsonValueKind.True or JsonValueKind.False:
                writer.Write(element.GetBoolean());
                break;
            default:
                writer.WriteNil();
                break;
        }
    }

    private static void Read(ref MessagePackReader reader, Utf8JsonWriter json, MessagePackSecurity security)
    {
        switch (reader.NextMessagePackType)
        {
            case MessagePackType.Map:
                security.DepthStep(ref reader);
                json.WriteStartObject();
                for (var left = reader.ReadMapHeader(); left > 0; left--)
                {
                    json.WritePropertyName(NameFrom(ref reader));
                    Read(ref reader, json, security);
                }

                json.WriteEndObject();
                reader.Depth--;
                break;
            case MessagePackType.Array:
                security.DepthStep(ref reader);
                json.WriteStartArray();
                for (var left = reader.ReadArrayHeader(); left > 0; left--)
                {
                    Read(ref reader, json, security);
                }

                json.WriteEndArray();
                reader.Depth--;
                break;
            case MessagePackType.String:
                json.WriteStringValue(reader.ReadString());
                break;
            case MessagePackType.Integer:
                ReadInteger(ref reader, json);
                break;
            case MessagePackType.Float:
                var number = reader.ReadDouble();
                if (double.IsFinite(number))
                {
                    json.WriteNumberValue(number);
                }
                else
                {
                    json.WriteNullValue();
                }

                break;
            case MessagePackType.Boolean:
                json.WriteBooleanValue(reader.ReadBoolean());
                break;
            case MessagePackType.Binary:
                json.WriteBase64StringValue(reader.ReadBytes() is { } bytes ? bytes.ToArray() : []);
                break;
            default:
                // Nil, and extensions, which no call of the contract takes.
                reader.Skip();
                json.WriteNullValue();
                break;
        }
    }

    private static string NameFrom(ref MessagePackReader reader)
    {
        if (reader.NextMessagePackType == MessagePackType.String)
        {
            return reader.ReadString() ?? string.Empty;
        }

        if (reader.NextMessagePackType == MessagePackType.Integer)
        {
            return reader.ReadInt64().ToString(CultureInfo.InvariantCulture);
        }

        reader.Skip();
        return string.Empty;
    }

    private static void ReadInteger(ref MessagePackReader reader, Utf8JsonWriter json)
    {
        if (reader.NextCode == MessagePackCode.UInt64)
        {
            json.WriteNumberValue(reader.ReadUInt64());
        }
        else
        {
            json.WriteNumberValue(reader.ReadInt64());
        }
    }
}
