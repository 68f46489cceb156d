using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using TripletGpu.Models;

namespace TripletGpu.Runner.Configuration;

/// <summary>
/// Compares JSON with the records that it will become, so that a misspelt field or a value of the wrong type is
/// reported by its path and in plain words.
/// </summary>
static class ConfigSchema
{
    /// <summary>Throws at the first field or value that does not fit.</summary>
    public static void Check(JsonNode node, JsonTypeInfo type, string path, string source)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                if (node is not JsonObject fields) throw Wrong(source, path, "an object { ... }", node);
                foreach ((string name, JsonNode? value) in fields)
                {
                    JsonPropertyInfo property = Property(type, name, path, source);
                    CheckValue(value, property.PropertyType, property.IsSetNullable, Join(path, name), source);
                }
                break;
            case JsonTypeInfoKind.Enumerable:
                if (node is not JsonArray items) throw Wrong(source, path, "a list [ ... ]", node);
                for (int i = 0; i < items.Count; i++)
                    CheckValue(items[i], type.ElementType!, isNullable: false, $"{path}[{i}]", source);
                break;
            default:
                CheckLeaf(node, Nullable.GetUnderlyingType(type.Type) ?? type.Type, path, source);
                break;
        }
    }

    /// <summary>The field of that name, or an error that names the nearest one.</summary>
    public static JsonPropertyInfo Property(JsonTypeInfo type, string name, string path, string source)
    {
        if (type.Properties.FirstOrDefault(p => p.Name == name) is { } property) return property;
        string[] known = [.. type.Properties.Select(p => p.Name)];
        string hint = Spelling.Nearest(name, known) is { } nearest ? $"did you mean {Join(path, nearest)}?"
            : $"{(path == "" ? "the configuration" : path)} has {string.Join(", ", known)}";
        throw new UserErrorException($"{source}: {Join(path, name)} is not a field; {hint}");
    }

    /// <summary>A field's path: <c>optimizer.learningRate</c>.</summary>
    public static string Join(string path, string name) => path == "" ? name : $"{path}.{name}";

    static void CheckValue(JsonNode? value, Type type, bool isNullable, string path, string source)
    {
        if (value is not null)
            Check(value, ConfigReader.Format.GetTypeInfo(type), path, source);
        else if (!isNullable || (type.IsValueType && Nullable.GetUnderlyingType(type) is null))
            throw new UserErrorException($"{source}: {path} cannot be null; leave the field out to take its default");
    }

    static void CheckLeaf(JsonNode node, Type type, string path, string source)
    {
        JsonValueKind kind = node.GetValueKind();
        if (type == typeof(string) && kind != JsonValueKind.String) throw Wrong(source, path, "a text", node);
        if (type == typeof(bool) && kind is not (JsonValueKind.True or JsonValueKind.False))
            throw Wrong(source, path, "true or false", node);
        if (type == typeof(double) && !(Number(node) is { } number && double.IsFinite(number)))
            throw Wrong(source, path, "a number", node);
        if (type == typeof(int)
            && !(Number(node) is { } whole && whole == Math.Floor(whole) && Math.Abs(whole) <= int.MaxValue))
            throw Wrong(source, path, $"a whole number up to {int.MaxValue}", node);
        // The parser of JSON takes neither 2.0 nor 2e0 for one.
        if (type == typeof(int) && !node.GetValue<JsonElement>().TryGetInt32(out _))
            throw Wrong(source, path, "a whole number in digits alone", node);
        if (type == typeof(ulong) && !(kind == JsonValueKind.Number && ulong.TryParse(node.ToJsonString(), out _)))
            throw Wrong(source, path, "a whole number from 0", node);
        if (type == typeof(ChannelValues) && ChannelValues.Fault(node) is { } expected)
            throw Wrong(source, path, expected, node);
        if (type == typeof(ShareOrNone) && ShareOrNone.Fault(node) is { } share)
            throw Wrong(source, path, share, node);
        if (type.IsEnum) CheckWord(node, type, path, source);
    }

    static void CheckWord(JsonNode node, Type type, string path, string source)
    {
        string[] words = [.. Enum.GetValues(type).Cast<object>()
            .Select(v => JsonSerializer.SerializeToNode(v, type, ConfigReader.Format)!.GetValue<string>())];
        string? word = node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;
        if (word is not null && words.Contains(Words.Full(type, word))) return;
        string? nearest = word is null ? null : Spelling.Nearest(word, words);
        string hint = nearest is null ? "" : $"; did you mean {nearest}?";
        throw Wrong(source, path, $"one of {string.Join(", ", words)}", node, hint);
    }

    static double? Number(JsonNode node) =>
        node.GetValueKind() == JsonValueKind.Number ? node.GetValue<JsonElement>().GetDouble() : null;

    static UserErrorException Wrong(string source, string path, string expected, JsonNode node, string hint = "")
    {
        string text = node.ToJsonString();
        if (text.Length > 40) text = $"{text[..40]}...";
        return new($"{source}: {(path == "" ? "the configuration" : path)} must be {expected}, not {text}{hint}");
    }
}
