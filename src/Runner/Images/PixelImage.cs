using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using SixLabors.ImageSharp.PixelFormats;
using TripletGpu.Models.Text;

namespace TripletGpu.Runner.Images;

/// <summary>A decoded image: rows from the top, 3 bytes (red, green, blue) a pixel.</summary>
public sealed class PixelImage : IDisposable
{
    /// <summary>The most pixels that an image may have, so that a lying header cannot ask for all memory.</summary>
    public const int MostPixels = 100_000_000;

    // An image of more pixels than the first must have a byte for so many of them: a photograph needs ten times that.
    const int FreePixels = 1 << 22, MostPixelsPerByte = 1024;

    readonly Memory<Rgb24> pixels;
    readonly IDisposable? owner;

    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="pixels"><c>width * height</c>, row by row.</param>
    /// <param name="owner">What is disposed of with the image: the pixels' memory.</param>
    public PixelImage(int width, int height, Memory<Rgb24> pixels, IDisposable? owner = null)
    {
        if (pixels.Length != (long)width * height)
            throw new ArgumentException($"{pixels.Length} pixels do not make {width} x {height}");
        (Width, Height, this.pixels, this.owner) = (width, height, pixels, owner);
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The samples, row by row; none are to be had when the image has been disposed of.</summary>
    public Span<byte> Pixels => MemoryMarshal.AsBytes(pixels.Span);

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => owner?.Dispose();

    /// <summary>Checks what a file's header says before memory is taken for it.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="bytes">The file's length.</param>
    /// <exception cref="ImageFormatException">There are no pixels, or too many.</exception>
    internal static void CheckSize(int width, int height, long bytes)
    {
        const int mostExtent = 65535;
        if (width is < 1 or > mostExtent || height is < 1 or > mostExtent || (long)width * height > MostPixels)
            throw new ImageFormatException(string.Create(CultureInfo.InvariantCulture,
                $"its header says {width} x {height} pixels; an image may have {MostPixels:N0}, and {mostExtent} on"
                + $" a side"));
        long pixels = (long)width * height;
        if (pixels > FreePixels && pixels > bytes * MostPixelsPerByte)
            throw new ImageFormatException(string.Create(CultureInfo.InvariantCulture,
                $"its header says {width} x {height} pixels, which {Counted.Of(bytes, "byte")} do not hold:"
                + $" truncated?"));
    }

    /// <summary>
    /// Turns and mirrors the image as an EXIF orientation (1 to 8) says, so that it stands upright. Where that is
    /// another image, this one is disposed of.
    /// </summary>
    public PixelImage Oriented(int orientation)
    {
        if (orientation is < 2 or > 8) return this;
        int right = Width - 1, bottom = Width * (Height - 1);
        // The pixel that comes first, how far it is from there to the next in a row, and to the first of the next row.
        (int first, int step, int rowStep) = orientation switch
        {
            2 => (right, -1, Width),
            3 => (right + bottom, -1, -Width),
            4 => (bottom, 1, -Width),
            5 => (0, Width, 1),
            6 => (bottom, -Width, 1),
            7 => (right + bottom, -Width, -1),
            _ => (right, Width, -1),
        };
        (int width, int height) = orientation >= 5 ? (Height, Width) : (Width, Height);
        PixelImage turned = ImageSharpDecoder.Allocate(width, height);
        ReadOnlySpan<Rgb24> from = pixels.Span;
        Span<Rgb24> to = turned.pixels.Span;
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++) to[y * width + x] = from[first + y * rowStep + x * step];
        Dispose();
        return turned;
    }

    /// <summary>
    /// Scales the image until it covers the shape, keeping its proportions, cuts out the middle, and writes it plane by
    /// plane (C H W); one channel is the brightness of ITU-R BT.601.
    /// </summary>
    /// <param name="shape">(C, H, W) with 1 or 3 channels.</param>
    /// <param name="planes">Takes <c>C * H * W</c> bytes.</param>
    public void Fit(Shape shape, Span<byte> planes)
    {
        int height = shape[1], width = shape[2], count = width * height;
        double scale = Math.Max((double)height / Height, (double)width / Width);
        Resampling middle = new(
            this, Math.Max(width, (int)Math.Round(Width * scale)), Math.Max(height, (int)Math.Round(Height * scale)),
            width, height);
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<uint> row = middle.Row(y);
            Span<byte> to = planes[(y * width)..];
            if (shape[0] == 1) CopyBrightness(row, to);
            else
                for (int c = 0; c < 3; c++) CopyByte(row, 8 * c, to[(c * count)..]);
        }
    }

    static void CopyBrightness(ReadOnlySpan<uint> row, Span<byte> to)
    {
        for (int x = 0; x < row.Length; x++)
        {
            uint red = row[x] & 255, green = row[x] >> 8 & 255, blue = row[x] >> 16 & 255;
            to[x] = (byte)((red * 299 + green * 587 + blue * 114 + 500) / 1000);
        }
    }

    /// <summary>One byte of each pixel.</summary>
    static void CopyByte(ReadOnlySpan<uint> row, int shift, Span<byte> to)
    {
        int x = 0, lanes = Vector<uint>.Count;
        for (; x + Vector<byte>.Count <= row.Length; x += Vector<byte>.Count)
            Vector.Narrow(
                Vector.Narrow(Bytes(row[x..], shift), Bytes(row[(x + lanes)..], shift)),
                Vector.Narrow(Bytes(row[(x + 2 * lanes)..], shift), Bytes(row[(x + 3 * lanes)..], shift)))
                .CopyTo(to[x..]);
        for (; x < row.Length; x++) to[x] = (byte)(row[x] >> shift);
    }

    static Vector<uint> Bytes(ReadOnlySpan<uint> row, int shift) =>
        (new Vector<uint>(row) >> shift) & new Vector<uint>(255);
}
