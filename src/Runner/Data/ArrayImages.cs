using TripletGpu.Models;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Data;

/// <summary>
/// The images of an .npy file without classes, read from it when they are wanted: bytes become [0, 1], other numbers
/// are used as they are.
/// </summary>
sealed class ArrayImages : IImageDataset
{
    const int MostPixels = 1 << 20;

    readonly NpyReader file;
    readonly int[] labels;
    readonly int imageSize;

    /// <summary>Opens the file, and looks at every pixel once.</summary>
    /// <exception cref="UserErrorException">It is no array of images, or a pixel is not finite.</exception>
    public ArrayImages(string path)
    {
        (Name, ImageShape) = (path, ImageArray.ImageShapeOf(ImageArray.ReadShape(path)));
        file = new NpyReader(path);
        labels = new int[file.Shape[0]];
        imageSize = (int)ImageShape.Count;
        (float least, float most) = file.Element.IsByte ? (0, 1) : Extremes(file);
        Range = new PixelRange(path, file.Element, least, most);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Shape ImageShape { get; }

    /// <summary>What the pixels are like.</summary>
    public PixelRange Range { get; }

    /// <inheritdoc/>
    public int Count => labels.Length;

    /// <inheritdoc/>
    public ReadOnlySpan<int> Labels => labels;

    /// <inheritdoc/>
    public int Classes => ClassNames.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; } = ["?"];

    /// <inheritdoc/>
    public void CopyImage(int index, Span<float> pixels)
    {
        const float white = 255;
        file.Read((long)index * imageSize, pixels[..imageSize]);
        if (!file.Element.IsByte) return;
        foreach (ref float pixel in pixels[..imageSize]) pixel /= white;
    }

    static (float Least, float Most) Extremes(NpyReader file)
    {
        float[] part = new float[(int)Math.Min(MostPixels, file.Shape.Count)];
        (float least, float most) = (float.PositiveInfinity, float.NegativeInfinity);
        for (long first = 0; first < file.Shape.Count; first += part.Length)
        {
            Span<float> pixels = part.AsSpan(0, (int)Math.Min(part.Length, file.Shape.Count - first));
            file.Read(first, pixels);
            foreach (float pixel in pixels) (least, most) = (Math.Min(least, pixel), Math.Max(most, pixel));
        }
        return (least, most);
    }
}
