using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TripletGpu.Runner.Display;

/// <summary>
/// How results are written as JSON: camelCase keys; what is not a number is null, as JSON has no NaN.
/// </summary>
static class Json
{
    /// <summary>Indented, for results and files that people read.</summary>
    public static JsonSerializerOptions Readable { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DictionaryKeyPolicy = null,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new FiniteSingle(), new FiniteDouble() },
    };

    /// <summary>Writes one result.</summary>
    public static void Write<T>(Terminal terminal, T result) =>
        terminal.Out.WriteLine(JsonSerializer.Serialize(result, Readable));

    /// <summary>What a parser found wrong, and where, in its first sentence.</summary>
    public static string Fault(JsonException exception)
    {
        int notes = exception.Message.IndexOf(" Path:", StringComparison.Ordinal);
        if (notes < 0) notes = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        string reason = (notes < 0 ? exception.Message : exception.Message[..notes]).ReplaceLineEndings(" ")
            .Replace(", when isFinalBlock is true", "", StringComparison.Ordinal);
        return exception.LineNumber is { } line
            ? $"line {line + 1}, column {exception.BytePositionInLine + 1}: {reason}"
            : reason;
    }

    sealed class FiniteSingle : JsonConverter<float>
    {
        public override float Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.GetSingle();

        public override void Write(Utf8JsonWriter writer, float value, JsonSerializerOptions options)
        {
            if (float.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
    }

    sealed class FiniteDouble : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value)) writer.WriteNumberValue(value);
            else writer.WriteNullValue();
        }
    }
}
