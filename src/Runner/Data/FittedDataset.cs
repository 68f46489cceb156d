using System.Buffers;
using TripletGpu.Models;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Data;

/// <summary>Images in another size, in black and white, or both: <c>data.resize</c> and <c>data.binarize</c>.</summary>
sealed class FittedDataset : IImageDataset
{
    readonly IImageDataset images;
    readonly Bicubic? resize;
    readonly float? threshold;

    /// <param name="images">The images as they are.</param>
    /// <param name="shape">(C, H, W) of those to make; a single channel is repeated.</param>
    /// <param name="threshold">Pixels above it become 1, others 0; null leaves them.</param>
    /// <exception cref="UserErrorException">The channels do not fit.</exception>
    public FittedDataset(IImageDataset images, Shape shape, float? threshold)
    {
        Shape from = images.ImageShape;
        if (from[0] != 1 && from[0] != shape[0])
            throw new UserErrorException(
                $"data.resize cannot make images of {Counted.Of(shape[0], "channel")} out of those of {images.Name},"
                + $" which have {from[0]}");
        (this.images, ImageShape, this.threshold) = (images, shape, threshold);
        if (from != shape) resize = new Bicubic(from[1], from[2], shape[1], shape[2]);
    }

    /// <inheritdoc/>
    public string Name => images.Name;

    /// <inheritdoc/>
    public Shape ImageShape { get; }

    /// <inheritdoc/>
    public int Count => images.Count;

    /// <inheritdoc/>
    public ReadOnlySpan<int> Labels => images.Labels;

    /// <inheritdoc/>
    public int Classes => images.Classes;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => images.ClassNames;

    /// <inheritdoc/>
    public bool IsCostly => resize is not null || images.IsCostly;

    /// <inheritdoc/>
    public long IdOf(int label) => images.IdOf(label);

    /// <inheritdoc/>
    public string? PathOf(int index) => images.PathOf(index);

    /// <summary>A data set as a configuration wants it: itself, where nothing is to be done.</summary>
    /// <exception cref="UserErrorException">The channels do not fit.</exception>
    public static IImageDataset Of(IImageDataset images, RunConfig config)
    {
        Shape shape = config.Data.Resize ? new Shape(config.Model.Input) : images.ImageShape;
        return shape == images.ImageShape && config.Data.Binarize is null
            ? images
            : new FittedDataset(images, shape, (float?)config.Data.Binarize);
    }

    /// <inheritdoc/>
    public void CopyImage(int index, Span<float> pixels)
    {
        if (resize is null) images.CopyImage(index, pixels);
        else Resize(resize, index, pixels);
        if (threshold is not { } least) return;
        foreach (ref float pixel in pixels) pixel = pixel > least ? 1 : 0;
    }

    void Resize(Bicubic by, int index, Span<float> pixels)
    {
        Shape from = images.ImageShape;
        int sourcePlane = from[1] * from[2], plane = ImageShape[1] * ImageShape[2];
        float[] source = ArrayPool<float>.Shared.Rent((int)from.Count);
        images.CopyImage(index, source.AsSpan(0, (int)from.Count));
        for (int channel = 0; channel < from[0]; channel++)
            by.Resize(source.AsSpan(channel * sourcePlane, sourcePlane), pixels.Slice(channel * plane, plane));
        for (int channel = from[0]; channel < ImageShape[0]; channel++)
            pixels[..plane].CopyTo(pixels[(channel * plane)..]);
        ArrayPool<float>.Shared.Return(source);
    }
}
