using System.Text.Json;
using TripletGpu.Models;

namespace TripletGpu.Runner.Book;

/// <summary>
/// What <c>triplet bench kernels --json</c> measured, by kernel; the book shows it where it is given.
/// </summary>
sealed class BenchPoints
{
    readonly Dictionary<string, List<(string Name, string Value)[]>> byKernel = new(StringComparer.Ordinal);

    /// <summary>None.</summary>
    public static BenchPoints None { get; } = new();

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">It cannot be read, or names no kernel.</exception>
    public static BenchPoints Read(string path)
    {
        BenchPoints points = new();
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            points.Collect(document.RootElement);
        }
        catch (Exception error) when (error is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"--bench {path}: {error.Message.ReplaceLineEndings(" ")}", error);
        }
        if (points.byKernel.Count == 0)
            throw new UserErrorException(
                $"--bench {path}: no kernel is named in it; triplet bench kernels --json writes one");
        return points;
    }

    /// <summary>The measured rows of a kernel, each as names and values.</summary>
    public IReadOnlyList<(string Name, string Value)[]> Of(string kernel) =>
        byKernel.TryGetValue(kernel, out var rows) || byKernel.TryGetValue(BookContext.Method(kernel), out rows)
            ? rows : [];

    /// <summary>Rows are objects that name a kernel, wherever they stand.</summary>
    void Collect(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
            foreach (JsonElement item in element.EnumerateArray()) Collect(item);
        if (element.ValueKind != JsonValueKind.Object) return;
        if (element.TryGetProperty("kernel", out JsonElement name) && name.ValueKind == JsonValueKind.String)
        {
            if (!byKernel.TryGetValue(name.GetString()!, out var rows)) byKernel[name.GetString()!] = rows = [];
            rows.Add([.. from field in element.EnumerateObject()
                         where field.Name != "kernel"
                         where field.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number
                         select (field.Name, field.Value.ToString())]);
        }
        foreach (JsonProperty field in element.EnumerateObject()) Collect(field.Value);
    }
}
