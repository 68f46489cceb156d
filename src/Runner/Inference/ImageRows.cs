using TripletGpu.Runner.Data;

namespace TripletGpu.Runner.Inference;

/// <summary>Images as rows.</summary>
sealed class ImageRows(IImageDataset images) : IRows
{
    readonly int pixels = (int)images.ImageShape.Count;

    /// <inheritdoc/>
    public Shape Shape { get; } = new([images.Count, .. images.ImageShape.ToArray()]);

    /// <inheritdoc/>
    public void Read(int first, int count, float[] to) =>
        images.Read(count, i => images.CopyImage(first + i, to.AsSpan(i * pixels, pixels)));

    /// <inheritdoc/>
    public void Dispose()
    {
        // The file closes with the data set.
    }
}
