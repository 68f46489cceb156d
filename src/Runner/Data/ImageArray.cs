using TripletGpu.Models;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Data;

/// <summary>Images in one .npy file.</summary>
static class ImageArray
{
    /// <summary>The file's shape, [n, c, h, w] or [n, h, w].</summary>
    /// <exception cref="UserErrorException">It holds something else.</exception>
    public static Shape ReadShape(string path)
    {
        Shape shape = Npy.ReadHeader(path).Shape;
        if (shape.Rank is not (3 or 4)) throw new UserErrorException(
            $"{path} has shape {shape}; images are [n, channels, height, width] or [n, height, width]");
        return shape.Count > 0
            ? shape
            : throw new UserErrorException($"{path} has shape {shape}: it holds no pixels");
    }

    /// <summary>The shape of one image, (C, H, W), of an array of them.</summary>
    public static Shape ImageShapeOf(Shape array) =>
        array.Rank == 3 ? new(1, array[1], array[2]) : new(array[1], array[2], array[3]);

    /// <summary>Reads the images: bytes become [0, 1], other numbers are used as they are.</summary>
    /// <param name="name">For messages and reports.</param>
    /// <param name="path">The file.</param>
    /// <param name="labels">The class of each image.</param>
    /// <param name="names">Of the classes, by label.</param>
    /// <param name="ids">Of the classes, by label; null: their labels.</param>
    /// <exception cref="UserErrorException">It is no array of images, or a pixel is not finite.</exception>
    public static MemoryDataset Read(
        string name, string path, int[] labels, IReadOnlyList<string> names, long[]? ids = null)
    {
        Shape image = ImageShapeOf(ReadShape(path));
        NpyElement element = Npy.ReadHeader(path).Element;
        if (element.IsByte)
            return new(name, image, Npy.ReadBytes(path).Values, labels, names, ids)
            {
                Range = new PixelRange(path, element, 0, 1),
            };
        float[] pixels = Npy.ReadFloats(path).Values;
        return new(name, image, pixels, labels, names, ids)
        {
            Range = new PixelRange(path, element, pixels.Min(), pixels.Max()),
        };
    }

    /// <summary>How an array of n, height, width, channels is brought into order; null where it is none.</summary>
    /// <param name="image">The shape of one image as it was read.</param>
    public static string? TransposeHint(Shape image) =>
        image[2] is 1 or 3 or 4 && image[0] is not (1 or 3 or 4)
        ? $"channels come first: its images are height, width, channels {image}; numpy: images.transpose(0, 3, 1, 2)"
        : null;
}
