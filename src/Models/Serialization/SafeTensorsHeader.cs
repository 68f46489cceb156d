using System.Buffers.Binary;
using System.Text.Json;
using TripletGpu.Models.Text;

namespace TripletGpu.Models.Serialization;

/// <summary>One tensor of a .safetensors file.</summary>
/// <param name="Name">For example <c>layer1.0.conv1.weight</c>.</param>
/// <param name="Type">The format's name of the element type: F32, F16, BF16, ...</param>
/// <param name="Shape">The extents, outermost first.</param>
/// <param name="Offset">Where its bytes begin in the file.</param>
/// <param name="Bytes">How many there are.</param>
public sealed record SafeTensorsEntry(string Name, string Type, Shape Shape, long Offset, long Bytes);

/// <summary>
/// The head of a .safetensors file: eight bytes of length, then JSON. It is checked as the format asks before a byte of
/// any tensor is read: the tensors lie inside the file, one after the other, without gaps or overlaps.
/// </summary>
sealed class SafeTensorsHeader
{
    // The limit of the format's own reader.
    const long MostBytes = 100_000_000;
    const string MetadataKey = "__metadata__";

    readonly string path;
    readonly List<SafeTensorsEntry> entries = [];
    readonly Dictionary<string, string> metadata = [];

    SafeTensorsHeader(string path) => this.path = path;

    /// <summary>The tensors in the order of their bytes.</summary>
    public IReadOnlyList<SafeTensorsEntry> Entries => entries;

    /// <summary>Free words about the file.</summary>
    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <exception cref="UserErrorException">
    /// Not a .safetensors file, or one that says something false about itself.
    /// </exception>
    public static SafeTensorsHeader Read(Stream stream, string path)
    {
        SafeTensorsHeader header = new(path);
        byte[] lengthBytes = new byte[8];
        if (stream.ReadAtLeast(lengthBytes, 8, throwOnEndOfStream: false) < 8)
            throw header.Bad("it is shorter than the eight bytes that every such file begins with");
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (length > (ulong)(stream.Length - 8) || length > MostBytes)
        {
            if (ForeignFile.Describe(stream, WantedFile.Weights) is { } other)
                throw new UserErrorException($"{path} is not a .safetensors file: {other}");
            throw header.Bad(
                $"it claims a header of {Counted.Of(length, "byte")}, but {stream.Length - 8} follow; it is cut short"
                + " or of another format");
        }
        byte[] json = new byte[length];
        stream.ReadExactly(json);
        header.Parse(json, 8 + (long)length);
        header.CheckLayout(8 + (long)length, stream.Length);
        return header;
    }

    void Parse(byte[] json, long start)
    {
        try
        {
            JsonDocumentOptions options = new() { MaxDepth = 8, AllowDuplicateProperties = false };
            using JsonDocument document = JsonDocument.Parse(json, options);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw Bad("its header is no JSON object");
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
                if (property.NameEquals(MetadataKey)) AddMetadata(property.Value);
                else entries.Add(Entry(property.Name, property.Value, start));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: text that is no valid Unicode.
            throw Bad("its header is no JSON", e);
        }
        entries.Sort((a, b) => (a.Offset, a.Bytes).CompareTo((b.Offset, b.Bytes)));
    }

    void AddMetadata(JsonElement words)
    {
        if (words.ValueKind != JsonValueKind.Object) throw Bad("its metadata is no JSON object");
        foreach (JsonProperty word in words.EnumerateObject())
            metadata[word.Name] = word.Value.ValueKind == JsonValueKind.String ? word.Value.GetString()!
                : throw Bad($"its metadata '{word.Name}' is no text");
    }

    SafeTensorsEntry Entry(string name, JsonElement value, long start)
    {
        if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty("dtype", out JsonElement type)
            || type.ValueKind != JsonValueKind.String || !value.TryGetProperty("shape", out JsonElement shape)
            || !value.TryGetProperty("data_offsets", out JsonElement offsets))
            throw Bad($"tensor '{name}' lacks one of dtype, shape and data_offsets");
        long[] extents = Numbers(shape, name, "shape"), ends = Numbers(offsets, name, "data_offsets");
        if (ends.Length != 2 || ends[0] > ends[1])
            throw Bad($"the data_offsets of tensor '{name}' are not [begin, end]");
        if (extents.Length > Shape.MaxRank || extents.Any(e => e > int.MaxValue))
            throw Bad($"tensor '{name}' has more than {Shape.MaxRank} dimensions or an extent above {int.MaxValue}");
        Int128 needed = SafeTensorsElement.Bytes(type.GetString()!);
        foreach (long extent in extents) needed *= extent;
        long bytes = ends[1] - ends[0];
        if (SafeTensorsElement.Bytes(type.GetString()!) > 0 && needed != bytes)
            throw Bad($"tensor '{name}' has {Counted.Of(bytes, "byte")}, but its shape and type need {needed}");
        return new(name, type.GetString()!, new Shape([.. extents.Select(e => (int)e)]), checked(start + ends[0]),
            bytes);
    }

    long[] Numbers(JsonElement list, string name, string field)
    {
        if (list.ValueKind != JsonValueKind.Array) throw Bad($"the {field} of tensor '{name}' is no list");
        return [.. list.EnumerateArray().Select(e =>
            e.ValueKind == JsonValueKind.Number && e.TryGetInt64(out long n) && n is >= 0 and < long.MaxValue / 2 ? n
                : throw Bad($"the {field} of tensor '{name}' holds something that is no size"))];
    }

    void CheckLayout(long start, long fileLength)
    {
        long at = start;
        foreach (SafeTensorsEntry entry in entries)
        {
            long beyond = entry.Offset + entry.Bytes - fileLength;
            if (beyond > 0) throw Bad(
                $"tensor '{entry.Name}' ends {Counted.Of(beyond, "byte")} after the file; it is cut short");
            if (entry.Offset < at) throw Bad($"tensor '{entry.Name}' overlaps another");
            if (entry.Offset > at) throw Bad($"tensor '{entry.Name}' leaves a gap before it");
            at += entry.Bytes;
        }
        if (at != fileLength) throw Bad($"{Counted.Of(fileLength - at, "byte")} at its end belong to no tensor");
    }

    UserErrorException Bad(string why, Exception? inner = null) =>
        new($"{path} is not a sound .safetensors file: {why.ReplaceLineEndings(" ")}", inner);
}
