namespace TripletGpu.Models.Search;

/// <summary>What becomes an index.</summary>
public sealed record IndexContent
{
    /// <summary>For messages.</summary>
    public required string Name { get; init; }

    /// <summary>D, the width of an embedding.</summary>
    public required int Dimension { get; init; }

    /// <summary>The place of each row's class in <see cref="Classes"/>; -1: it has none.</summary>
    public required int[] Labels { get; init; }

    /// <summary>The classes' names.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>What the rows are called; null: they have no names.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>The embeddings, whole rows at a time; read once.</summary>
    public required IEnumerable<ReadOnlyMemory<float>> Batches { get; init; }

    /// <summary>How they are kept.</summary>
    public IndexStorage Storage { get; init; }

    /// <summary>What the pictures are like; null: there are none.</summary>
    public IndexThumbnails? Thumbnails { get; init; }

    /// <summary>Writes the picture of a row.</summary>
    public Action<int, Span<byte>>? Thumbnail { get; init; }

    /// <summary>Whose embeddings they are; null: not known.</summary>
    public IndexModel? Model { get; init; }
}
