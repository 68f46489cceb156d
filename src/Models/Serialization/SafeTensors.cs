using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using TripletGpu.Models.Text;

namespace TripletGpu.Models.Serialization;

/// <summary>A named array in memory, as weights are saved.</summary>
/// <param name="Name">For example <c>conv1.weight</c>.</param>
/// <param name="Shape">The extents, outermost first.</param>
/// <param name="Values">The elements in C order.</param>
public sealed record NamedTensor(string Name, Shape Shape, ReadOnlyMemory<float> Values);

/// <summary>
/// A .safetensors file (https://github.com/huggingface/safetensors, "Format") that is open for reading; its tensors
/// are read one by one, so that memory holds one at a time. Floats of 16 and 64 bits, BF16 and integers are
/// converted to float32.
/// </summary>
public sealed class SafeTensors : IDisposable
{
    const int ChunkElements = 1 << 14;

    readonly FileStream stream;
    readonly string path;
    readonly Dictionary<string, SafeTensorsEntry> byName;

    SafeTensors(FileStream stream, string path)
    {
        (this.stream, this.path) = (stream, path);
        SafeTensorsHeader header = SafeTensorsHeader.Read(stream, path);
        (Entries, Metadata) = (header.Entries, header.Metadata);
        byName = Entries.ToDictionary(entry => entry.Name);
    }

    /// <summary>The tensors in the order of their bytes.</summary>
    public IReadOnlyList<SafeTensorsEntry> Entries { get; }

    /// <summary>Free words about the file.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its head.</summary>
    /// <exception cref="UserErrorException">It cannot be read, or is no sound .safetensors file.</exception>
    public static SafeTensors Open(string path)
    {
        FileStream stream = InputFile.Open(path);
        try
        {
            return new SafeTensors(stream, path);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file has a tensor of that name.</summary>
    public bool Contains(string name) => byName.ContainsKey(name);

    /// <summary>The shape of a tensor.</summary>
    /// <exception cref="UserErrorException">The file has none of that name.</exception>
    public Shape ShapeOf(string name) => Entry(name).Shape;

    /// <summary>The elements of a tensor as float32 in C order.</summary>
    /// <exception cref="UserErrorException">The file has none of that name, or its elements are no numbers.</exception>
    public float[] Read(string name)
    {
        SafeTensorsEntry entry = Entry(name);
        int bytes = SafeTensorsElement.Bytes(entry.Type);
        if (bytes == 0) throw new UserErrorException(
            $"{path}: tensor '{name}' is of type {entry.Type}, which cannot be read");
        if (entry.Shape.Count > Array.MaxLength)
            throw new UserErrorException(
                $"{path}: tensor '{name}' {entry.Shape} has more than {Array.MaxLength} elements");
        float[] values = new float[entry.Shape.Count];
        byte[] buffer = new byte[ChunkElements * bytes];
        stream.Position = entry.Offset;
        for (int done = 0; done < values.Length; done += ChunkElements)
        {
            Span<float> to = values.AsSpan(done, Math.Min(ChunkElements, values.Length - done));
            Span<byte> chunk = buffer.AsSpan(0, to.Length * bytes);
            stream.ReadExactly(chunk);
            SafeTensorsElement.Convert(entry.Type, chunk, to);
        }
        return values;
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => stream.Dispose();

    /// <summary>Writes a file atomically. The same tensors in the same order give the same bytes.</summary>
    /// <exception cref="UserErrorException">The disk is full, or the folder cannot be written.</exception>
    public static void Write(
        string path, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes to a stream.</summary>
    public static void Write(
        Stream stream, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArrayBufferWriter<byte> header = new();
        using (Utf8JsonWriter json = new(header)) WriteHeader(json, tensors, metadata);
        // Spaces at the end bring the tensors to a multiple of eight bytes.
        int padding = -header.WrittenCount & 7;
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.WrittenCount + padding);
        stream.Write(length);
        stream.Write(header.WrittenSpan);
        stream.Write("       "u8[..padding]);
        foreach (NamedTensor tensor in tensors) stream.WriteLittleEndian(tensor.Values.Span);
    }

    static void WriteHeader(
        Utf8JsonWriter json, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        json.WriteStartObject();
        if (metadata is { Count: > 0 })
        {
            json.WriteStartObject("__metadata__");
            foreach ((string key, string word) in metadata.OrderBy(p => p.Key, StringComparer.Ordinal))
                json.WriteString(key, word);
            json.WriteEndObject();
        }
        long offset = 0;
        HashSet<string> names = [];
        foreach (NamedTensor tensor in tensors)
        {
            if (!names.Add(tensor.Name)) throw new ArgumentException($"two tensors are named {tensor.Name}");
            if (tensor.Values.Length != tensor.Shape.Count)
                throw new ArgumentException(
                    $"{tensor.Name} has {Counted.Of(tensor.Values.Length, "value")} for shape {tensor.Shape}");
            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", "F32");
            json.WriteStartArray("shape");
            foreach (int extent in tensor.Shape.ToArray()) json.WriteNumberValue(extent);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(offset);
            json.WriteNumberValue(offset += 4L * tensor.Values.Length);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    SafeTensorsEntry Entry(string name) => byName.TryGetValue(name, out SafeTensorsEntry? entry) ? entry
        : throw new UserErrorException($"{path} has no tensor '{name}'");
}
