using System.Buffers;
using System.Text.Json;

namespace TripletGpu.Models.Search;

/// <summary>How an index keeps its embeddings.</summary>
public enum IndexStorage
{
    /// <summary>As they are.</summary>
    Float32,

    /// <summary>
    /// Rounded to 16 bits, in half the space. Distances are exact of what is stored: of the rounded values.
    /// </summary>
    Float16,

    /// <summary>
    /// Both: a search reads the rounded rows, and of the few that may be among the nearest those as they are. The
    /// answer is that of <see cref="Float32"/>.
    /// </summary>
    Float16Exact,
}

/// <summary>The network whose embeddings an index holds.</summary>
/// <param name="Hash">SHA-256 of its weights and of what is done to pixels, in hexadecimal.</param>
/// <param name="Run">The folder of the run.</param>
/// <param name="Weights">Which weights of the run: last or best.</param>
public sealed record IndexModel(string Hash, string Run, string Weights);

/// <summary>A small picture of each row.</summary>
/// <param name="Width">Pixels of a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">1 (grey) or 3 (red, green, blue), one byte each, side by side.</param>
public sealed record IndexThumbnails(int Width, int Height, int Channels)
{
    internal const int LargestSide = 256;

    /// <summary>Bytes of one picture.</summary>
    public int Bytes => Width * Height * Channels;
}

/// <summary>What an index says about itself; everything else's place in the file follows from it.</summary>
public sealed record IndexHeader
{
    internal const int MostDimensions = 1 << 16, MostBytes = 1 << 16;
    const int PartBytes = 32 << 20;

    /// <summary>N, the number of embeddings; at least 1.</summary>
    public required int Rows { get; init; }

    /// <summary>D, the width of one.</summary>
    public required int Dimension { get; init; }

    /// <summary>How they are kept.</summary>
    public IndexStorage Storage { get; init; }

    /// <summary>How many classes there are; a row may be of none.</summary>
    public int Classes { get; init; }

    /// <summary>Bytes of all classes' names in UTF-8.</summary>
    public long ClassNameBytes { get; init; }

    /// <summary>Bytes of all rows' names in UTF-8; null where rows have none.</summary>
    public long? NameBytes { get; init; }

    /// <summary>The pictures; null where there are none.</summary>
    public IndexThumbnails? Thumbnails { get; init; }

    /// <summary>Whose embeddings they are; null where that was not told.</summary>
    public IndexModel? Model { get; init; }

    /// <summary>
    /// Rows that pass by at a time. Of <see cref="IndexStorage.Float16Exact"/> so many rows lie as they are, then the
    /// same ones rounded: each part is read in one go, and no more than one is held where the file is written.
    /// </summary>
    internal int PartRows => Math.Max(1, PartBytes / sizeof(float) / Dimension);

    // The parts lie one after the other.
    internal long LabelsAt => (long)Rows * RowBytes;

    internal long ClassEndsAt => LabelsAt + 4L * Rows;

    internal long ClassNamesAt => ClassEndsAt + 8L * Classes;

    internal long NameEndsAt => ClassNamesAt + ClassNameBytes;

    internal long NamesAt => NameEndsAt + (NameBytes is null ? 0 : 8L * Rows);

    internal long ThumbnailsAt => NamesAt + (NameBytes ?? 0);

    internal long DataBytes => ThumbnailsAt + (long)Rows * (Thumbnails?.Bytes ?? 0);

    long RowBytes => (long)Dimension * Storage switch
    {
        IndexStorage.Float32 => sizeof(float),
        IndexStorage.Float16 => sizeof(ushort),
        _ => sizeof(float) + sizeof(ushort),
    };

    /// <summary>Where a row lies as it is; of float16 rounded. Those behind it follow up to its part's end.</summary>
    internal long RowAt(int row) => Storage == IndexStorage.Float16Exact
        ? row / PartRows * PartRows * RowBytes + (long)(row % PartRows) * Dimension * sizeof(float)
        : row * RowBytes;

    /// <summary>Where a row lies rounded.</summary>
    internal long RoundedAt(int row)
    {
        if (Storage == IndexStorage.Float16) return RowAt(row);
        int first = row / PartRows * PartRows, count = Math.Min(PartRows, Rows - first);
        return RowAt(first) + ((long)count * sizeof(float) + (long)(row - first) * sizeof(ushort)) * Dimension;
    }

    internal byte[] ToJson()
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("rows", Rows);
            json.WriteNumber("dimension", Dimension);
            json.WriteString("storage", NameOf(Storage));
            json.WriteNumber("classes", Classes);
            json.WriteNumber("classNameBytes", ClassNameBytes);
            if (NameBytes is { } names) json.WriteNumber("nameBytes", names);
            if (Thumbnails is { } picture)
            {
                json.WriteStartArray("thumbnails");
                foreach (int extent in (int[])[picture.Width, picture.Height, picture.Channels])
                    json.WriteNumberValue(extent);
                json.WriteEndArray();
            }
            if (Model is { } model)
            {
                json.WriteString("modelHash", model.Hash);
                json.WriteString("modelRun", model.Run);
                json.WriteString("modelWeights", model.Weights);
            }
            json.WriteEndObject();
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>The header of a text, every number inside its bounds; null where something is wrong with it.</summary>
    internal static IndexHeader? Parse(ReadOnlySpan<byte> text)
    {
        try
        {
            Utf8JsonReader reader = new(text);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            JsonElement json = document.RootElement;
            IndexHeader header = new()
            {
                Rows = json.GetProperty("rows").GetInt32(),
                Dimension = json.GetProperty("dimension").GetInt32(),
                Storage = StorageOf(json.GetProperty("storage").GetString()),
                Classes = json.GetProperty("classes").GetInt32(),
                ClassNameBytes = json.GetProperty("classNameBytes").GetInt64(),
                NameBytes = json.TryGetProperty("nameBytes", out JsonElement names) ? names.GetInt64() : null,
                Thumbnails = json.TryGetProperty("thumbnails", out JsonElement t)
                    ? new IndexThumbnails(t[0].GetInt32(), t[1].GetInt32(), t[2].GetInt32())
                    : null,
                Model = json.TryGetProperty("modelHash", out JsonElement hash)
                    ? new IndexModel(
                        hash.GetString()!, json.GetProperty("modelRun").GetString()!,
                        json.GetProperty("modelWeights").GetString()!)
                    : null,
            };
            return header.IsSound ? header : null;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or FormatException
            or InvalidOperationException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    // So that no sum of lengths leaves 64 bits.
    bool IsSound => Rows >= 1 && Dimension is >= 1 and <= MostDimensions && Classes >= 0 && Classes <= Rows
        && ClassNameBytes is >= 0 and < 1L << 40 && NameBytes is null or >= 0 and < 1L << 40
        && Thumbnails is null
            or
        {
            Width: >= 1 and <= IndexThumbnails.LargestSide, Height: >= 1 and <= IndexThumbnails.LargestSide,
            Channels: 1 or 3
        };

    /// <summary>The word for a kind of storage.</summary>
    public static string NameOf(IndexStorage storage) => storage switch
    {
        IndexStorage.Float32 => "float32",
        IndexStorage.Float16 => "float16",
        _ => "float16-exact",
    };

    static IndexStorage StorageOf(string? name) => name switch
    {
        "float32" => IndexStorage.Float32,
        "float16" => IndexStorage.Float16,
        "float16-exact" => IndexStorage.Float16Exact,
        _ => throw new FormatException("no storage"),
    };
}
