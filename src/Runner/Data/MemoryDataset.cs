using TripletGpu.Models.Text;

namespace TripletGpu.Runner.Data;

/// <summary>Images in memory: bytes, which become [0, 1], or floats, which stay as they are.</summary>
public sealed class MemoryDataset : IImageDataset
{
    readonly byte[]? bytes;
    readonly float[]? floats;
    readonly int[] labels;
    readonly int imageSize;
    readonly long[]? ids;

    /// <summary>Takes byte images, N C H W.</summary>
    public MemoryDataset(
        string name, Shape imageShape, byte[] pixels, int[] labels, IReadOnlyList<string> classNames,
        long[]? ids = null)
        : this(name, imageShape, pixels.LongLength, labels, classNames, ids) => bytes = pixels;

    /// <summary>Takes float images, N C H W.</summary>
    public MemoryDataset(
        string name, Shape imageShape, float[] pixels, int[] labels, IReadOnlyList<string> classNames,
        long[]? ids = null)
        : this(name, imageShape, pixels.LongLength, labels, classNames, ids) => floats = pixels;

    MemoryDataset(
        string name, Shape imageShape, long pixels, int[] labels, IReadOnlyList<string> classNames, long[]? ids)
    {
        (Name, ImageShape, this.labels, ClassNames, this.ids) = (name, imageShape, labels, classNames, ids);
        imageSize = (int)imageShape.Count;
        if (pixels != (long)labels.Length * imageSize)
            throw new ArgumentException(
                $"{pixels} pixels are not {Counted.Of(labels.Length, "image")} of {imageShape}");
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Shape ImageShape { get; }

    /// <summary>What the pixels are like; null where the images are not of an array.</summary>
    internal PixelRange? Range { get; init; }

    /// <inheritdoc/>
    public int Count => labels.Length;

    /// <inheritdoc/>
    public ReadOnlySpan<int> Labels => labels;

    /// <inheritdoc/>
    public int Classes => ClassNames.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public long IdOf(int label) => ids is null ? label : ids[label];

    /// <inheritdoc/>
    public void CopyImage(int index, Span<float> pixels)
    {
        int start = index * imageSize;
        if (floats is not null)
        {
            floats.AsSpan(start, imageSize).CopyTo(pixels);
            return;
        }
        Samples.Scale(bytes.AsSpan(start, imageSize), pixels);
    }

    /// <summary>The first images alone; all where there are no more.</summary>
    public MemoryDataset First(int count)
    {
        if (count >= Count) return this;
        int[] kept = labels[..count];
        return bytes is not null
            ? new(Name, ImageShape, bytes[..(count * imageSize)], kept, ClassNames, ids) { Range = Range }
            : new(Name, ImageShape, floats![..(count * imageSize)], kept, ClassNames, ids) { Range = Range };
    }
}
