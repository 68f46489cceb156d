using System.Text.Json;
using System.Text.Json.Nodes;

namespace TripletGpu.Runner.Comparing;

/// <summary>A field in which configurations differ.</summary>
/// <param name="Field">Its path.</param>
/// <param name="Values">By run; empty where a configuration has no such field.</param>
sealed record ConfigDifference(string Field, IReadOnlyList<string> Values)
{
    static readonly JsonSerializerOptions compact = new();

    /// <summary>The fields in which the configurations are not all alike, in their order.</summary>
    public static IReadOnlyList<ConfigDifference> Of(IReadOnlyList<JsonNode> configs)
    {
        Dictionary<string, string>[] fields = [.. configs.Select(config =>
        {
            Dictionary<string, string> found = [];
            Collect(config, "", found);
            return found;
        })];
        List<ConfigDifference> differences = [];
        foreach (string field in fields.SelectMany(f => f.Keys).Distinct())
        {
            string[] values = [.. fields.Select(f => f.GetValueOrDefault(field, ""))];
            if (values.Distinct().Count() > 1) differences.Add(new ConfigDifference(field, values));
        }
        return differences;
    }

    /// <summary>Objects field by field; lists as they are.</summary>
    static void Collect(JsonNode? node, string path, Dictionary<string, string> fields)
    {
        if (node is JsonObject inner)
            foreach ((string name, JsonNode? value) in inner)
                Collect(value, path == "" ? name : $"{path}.{name}", fields);
        else fields[path] = node is JsonValue text && text.GetValueKind() == JsonValueKind.String
            ? text.GetValue<string>() : node?.ToJsonString(compact) ?? "null";
    }
}
