using System.Globalization;

namespace TripletGpu.Runner.Images;

/// <summary>A decoded image: rows from the top, 3 bytes (red, green, blue) a pixel.</summary>
public sealed class PixelImage
{
    /// <summary>The most pixels that an image may have, so that a lying header cannot ask for all memory.</summary>
    public const int MostPixels = 100_000_000;

    // An image of more pixels than the first must have a byte for so many of them: a photograph needs ten times that.
    const int FreePixels = 1 << 22, MostPixelsPerByte = 1024;

    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="pixels"><c>width * height * 3</c> bytes.</param>
    public PixelImage(int width, int height, byte[] pixels)
    {
        if (pixels.Length != (long)width * height * 3)
            throw new ArgumentException($"{pixels.Length} bytes do not make {width} x {height} pixels of 3");
        (Width, Height, Pixels) = (width, height, pixels);
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The samples, row by row.</summary>
    public byte[] Pixels { get; }

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
                $"its header says {width} x {height} pixels, which {bytes:N0} bytes do not hold: truncated?"));
    }

    /// <summary>Turns and mirrors the image as an EXIF orientation (1 to 8) says, so that it stands upright.</summary>
    public PixelImage Oriented(int orientation)
    {
        if (orientation is < 2 or > 8) return this;
        bool swaps = orientation >= 5;
        (int width, int height) = swaps ? (Height, Width) : (Width, Height);
        byte[] turned = new byte[Pixels.Length];
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
            {
                (int fromX, int fromY) = orientation switch
                {
                    2 => (Width - 1 - x, y),
                    3 => (Width - 1 - x, Height - 1 - y),
                    4 => (x, Height - 1 - y),
                    5 => (y, x),
                    6 => (y, Height - 1 - x),
                    7 => (Width - 1 - y, Height - 1 - x),
                    _ => (Width - 1 - y, x),
                };
                Pixels.AsSpan((fromY * Width + fromX) * 3, 3).CopyTo(turned.AsSpan((y * width + x) * 3));
            }
        return new PixelImage(width, height, turned);
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
        PixelImage middle = Resampling.ResizeMiddle(
            this, Math.Max(width, (int)Math.Round(Width * scale)), Math.Max(height, (int)Math.Round(Height * scale)),
            width, height);
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = middle.Pixels.AsSpan(y * width * 3, width * 3);
            Span<byte> to = planes[(y * width)..];
            for (int x = 0; x < width; x++)
            {
                byte red = row[3 * x], green = row[3 * x + 1], blue = row[3 * x + 2];
                if (shape[0] == 1) to[x] = (byte)((red * 299 + green * 587 + blue * 114 + 500) / 1000);
                else (to[x], to[count + x], to[2 * count + x]) = (red, green, blue);
            }
        }
    }
}
