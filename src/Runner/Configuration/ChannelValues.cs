using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TripletGpu.Runner.Configuration;

/// <summary>
/// A value for each channel of an image: a list of numbers, a single number for all of them, or a word that stands for
/// published ones.
/// </summary>
/// <param name="Values">One, or one a channel; empty for a word.</param>
[JsonConverter(typeof(Converter))]
public sealed record ChannelValues(params double[] Values)
{
    /// <summary>The word for ImageNet's mean and deviation.</summary>
    public const string ImageNetWord = "imagenet";

    /// <summary>ImageNet's; which of the two depends on the field.</summary>
    public static ChannelValues ImageNet { get; } = new();

    /// <summary>Whether these are ImageNet's, not yet as numbers.</summary>
    public bool IsImageNet => Values.Length == 0;

    /// <summary>The value of a channel.</summary>
    public double this[int channel] => Values[Values.Length == 1 ? 0 : channel];

    /// <summary>What is wrong with a value in JSON; null where nothing is.</summary>
    internal static string? Fault(JsonNode node)
    {
        using JsonDocument json = JsonDocument.Parse(node.ToJsonString());
        JsonElement value = json.RootElement;
        bool isFine = value.ValueKind switch
        {
            JsonValueKind.Number => true,
            JsonValueKind.String => value.GetString() == ImageNetWord,
            JsonValueKind.Array => value.GetArrayLength() > 0
                && value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.Number),
            _ => false,
        };
        return isFine ? null : $"a number, a list of one a channel, or \"{ImageNetWord}\"";
    }

    /// <inheritdoc/>
    public override string ToString() => IsImageNet
        ? ImageNetWord
        : $"[{string.Join(", ", Values.Select(v => v.ToString(CultureInfo.InvariantCulture)))}]";

    sealed class Converter : JsonConverter<ChannelValues>
    {
        public override ChannelValues Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType switch
            {
                JsonTokenType.Number => new ChannelValues(reader.GetDouble()),
                JsonTokenType.String => ImageNet,
                _ => new ChannelValues(JsonSerializer.Deserialize<double[]>(ref reader, options)!),
            };

        public override void Write(Utf8JsonWriter writer, ChannelValues value, JsonSerializerOptions options)
        {
            if (value.IsImageNet) writer.WriteStringValue(ImageNetWord);
            else if (value.Values.Length == 1) writer.WriteNumberValue(value.Values[0]);
            else JsonSerializer.Serialize(writer, value.Values, options);
        }
    }
}
