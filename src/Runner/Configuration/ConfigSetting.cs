using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using TripletGpu.Models;

namespace TripletGpu.Runner.Configuration;

/// <summary>One <c>--set path=value</c>.</summary>
static partial class ConfigSetting
{
    const string Source = "--set";

    /// <summary>
    /// Where a setting names another kind of loss, what the JSON says of its own loss does not hold: the margin of one
    /// is none of another. A rule, a distance or a reduction means triplets.
    /// </summary>
    public static void DropOtherLoss(JsonNode root, IReadOnlyList<string> settings)
    {
        const string path = "loss.kind=";
        string[] ofTriplets = ["loss.rule=", "loss.distance=", "loss.reduction="];
        string triplet = Words.Of(LossKind.Triplet);
        string? kind = settings.LastOrDefault(s => s.StartsWith(path, StringComparison.Ordinal))?[path.Length..];
        if (kind is null && settings.Any(s => ofTriplets.Any(t => s.StartsWith(t, StringComparison.Ordinal))))
            kind = triplet;
        if (kind is null || root["loss"] is not JsonObject loss) return;
        if (kind.Trim(' ', '"') != (loss["kind"]?.GetValue<string>() ?? triplet)) root["loss"] = new JsonObject();
    }

    /// <summary>
    /// Puts the value into the JSON. A path's parts are fields or places in a list (<c>optimizer.groups[0].rate</c>;
    /// the place after the last adds one). A value that is no JSON is a text: <c>data.kind=mnist</c>.
    /// </summary>
    public static void Apply(JsonNode root, JsonTypeInfo type, string setting)
    {
        int equals = setting.IndexOf('=');
        if (equals < 1) throw new UserErrorException(
            $"{Source}: '{setting}' is not path=value, such as train.epochs=3");
        string[] parts = setting[..equals].Replace("[", ".").Replace("]", "")
            .Split('.', StringSplitOptions.TrimEntries);
        JsonNode node = root;
        string path = "";
        for (int i = 0; ; i++)
        {
            Type next = Into(node, type, parts[i], ref path);
            JsonTypeInfo nextType = ConfigReader.Format.GetTypeInfo(next);
            if (i == parts.Length - 1)
            {
                Put(node, parts[i], Value(setting[(equals + 1)..], next));
                return;
            }
            JsonNode? child = Get(node, parts[i]);
            if (child is null)
            {
                child = nextType.Kind switch
                {
                    JsonTypeInfoKind.Object => new JsonObject(),
                    JsonTypeInfoKind.Enumerable => new JsonArray(),
                    _ => throw new UserErrorException($"{Source}: {path} has no field {parts[i + 1]}"),
                };
                Put(node, parts[i], child);
            }
            (node, type) = (child, nextType);
        }
    }

    /// <summary>The type of the part's value; extends the path by it.</summary>
    static Type Into(JsonNode node, JsonTypeInfo type, string part, ref string path)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                Type found = ConfigSchema.Property(type, part, path, Source).PropertyType;
                path = ConfigSchema.Join(path, part);
                return found;
            case JsonTypeInfoKind.Enumerable:
                int count = node.AsArray().Count;
                if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int place)
                    || place > count)
                    throw new UserErrorException($"{Source}: {path} is a list of {count}; {part} is no place in it");
                path = $"{path}[{part}]";
                return type.ElementType!;
            default:
                throw new UserErrorException($"{Source}: {path} has no field {part}");
        }
    }

    static JsonNode? Get(JsonNode node, string part) => node is JsonArray list
        ? Place(part) < list.Count ? list[Place(part)] : null
        : node[part];

    static void Put(JsonNode node, string part, JsonNode? value)
    {
        if (node is not JsonArray list) node[part] = value;
        else if (Place(part) < list.Count) list[Place(part)] = value;
        else list.Add(value);
    }

    static int Place(string part) => int.Parse(part, CultureInfo.InvariantCulture);

    static JsonNode? Value(string text, Type type)
    {
        // JSON wants a digit before the point.
        JsonNode? value = Parsed(text) ?? Parsed(BarePoint().Replace(text, "0."));
        // A path or a pattern may look like a number: data.path=2024.
        return value is null ? text.Trim() == "null" ? null : text
            : type == typeof(string) && value.GetValueKind() != JsonValueKind.String ? text : value;
    }

    static JsonNode? Parsed(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"(?<![\w.])\.(?=\d)")]
    private static partial Regex BarePoint();
}
