using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;
using TripletGpu.Models.Text;

namespace TripletGpu.Runner.Images;

/// <summary>Writes 8-bit grey or RGB images as PNG.</summary>
public static class PngEncoder
{
    /// <summary>The bytes of a PNG file.</summary>
    /// <param name="pixels">Rows from the top, each <c>width * channels</c> bytes.</param>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="channels">1 for grey, 3 for red, green, blue.</param>
    /// <exception cref="ArgumentException">The size does not fit the number of bytes.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        if (channels is not (1 or 3)) throw new ArgumentException(
            $"{Counted.Of(channels, "channel")}: a PNG is written with 1 or 3");
        if (pixels.Length != (long)width * height * channels || pixels.IsEmpty)
            throw new ArgumentException(
                $"{Counted.Of(pixels.Length, "byte")} do not make {width} x {height} pixels of"
                + $" {Counted.Of(channels, "channel")}");
        using Image image = channels == 1
            ? Image.LoadPixelData<L8>(pixels, width, height)
            : Image.LoadPixelData<Rgb24>(pixels, width, height);
        using MemoryStream file = new();
        image.SaveAsPng(file, new SixLabors.ImageSharp.Formats.Png.PngEncoder
        {
            BitDepth = PngBitDepth.Bit8,
            ColorType = channels == 1 ? PngColorType.Grayscale : PngColorType.Rgb,
        });
        return file.ToArray();
    }
}
