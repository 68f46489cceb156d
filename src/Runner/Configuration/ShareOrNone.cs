using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TripletGpu.Runner.Configuration;

/// <summary>A share of something, or the word <c>none</c>.</summary>
/// <param name="Value">0 stands for none.</param>
[JsonConverter(typeof(Converter))]
public sealed record ShareOrNone(double Value)
{
    const string Word = "none";

    /// <summary>What is wrong with a value in JSON; null where nothing is.</summary>
    internal static string? Fault(JsonNode node) => node.GetValueKind() == JsonValueKind.Number
        || node.GetValueKind() == JsonValueKind.String && node.GetValue<string>() == Word
            ? null
            : $"a number or \"{Word}\"";

    sealed class Converter : JsonConverter<ShareOrNone>
    {
        public override ShareOrNone Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            new(reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : 0);

        public override void Write(Utf8JsonWriter writer, ShareOrNone value, JsonSerializerOptions options)
        {
            if (value.Value == 0) writer.WriteStringValue(Word);
            else writer.WriteNumberValue(value.Value);
        }
    }
}
