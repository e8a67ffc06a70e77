using System.Text.Json;
using System.Text.Json.Serialization;
using RandomChat.Application;

namespace RandomChat.Infrastructure.Redis.Nodes;

/// <summary>Outcomes between nodes: <c>{ "done": … }</c> or <c>{ "refused": … }</c>.</summary>
internal sealed class OutcomeConverter : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert)
    {
        // The cases are nested in the generic record, and a value's own type is a case.
        var type = typeToConvert.BaseType is { IsGenericType: true } parent && parent.GetGenericTypeDefinition() == typeof(Outcome<>)
            ? parent
            : typeToConvert;
        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Outcome<>);
    }

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Of<>).MakeGenericType(typeToConvert.GetGenericArguments()[0]))!;

    private sealed class Of<T> : JsonConverter<Outcome<T>>
    {
        public override bool CanConvert(Type typeToConvert) => typeof(Outcome<T>).IsAssignableFrom(typeToConvert);

        public override Outcome<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var element = JsonElement.ParseValue(ref reader);
            return element.TryGetProperty("refused", out var refused)
                ? refused.Deserialize<Refusal>(options) ?? throw new JsonException("A refusal is missing.")
                : new Outcome<T>.Done(element.GetProperty("done").Deserialize<T>(options)!);
        }

        public override void Write(Utf8JsonWriter writer, Outcome<T> value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            switch (value)
            {
                case Outcome<T>.Done { Value: var done }:
                    writer.WritePropertyName("done");
                    JsonSerializer.Serialize(writer, done, options);
                    break;
                case Outcome<T>.Refused { Refusal: var refusal }:
                    writer.WritePropertyName("refused");
                    JsonSerializer.Serialize(writer, refusal, options);
                    break;
            }

            writer.WriteEndObject();
        }
    }
}
