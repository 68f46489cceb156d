using System.Text.Json;
using System.Text.Json.Serialization;

namespace TripletGpu.Runner.Configuration;

/// <summary>
/// Reads the words of an enumeration and their aliases, as the command line does, and writes the words.
/// </summary>
sealed class WordConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Words.Value<T>(reader.GetString()!) is { } value ? value
            : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Words.Of(value));
}
