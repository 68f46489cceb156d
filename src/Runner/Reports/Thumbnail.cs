using TripletGpu.Models.Text;

namespace TripletGpu.Runner.Reports;

/// <summary>Makes small pictures of images of one size, each pixel the mean of those that it stands for.</summary>
sealed class Thumbnail
{
    const int LargestSide = 40;

    readonly int fromWidth, fromHeight, fromChannels;

    /// <param name="width">Pixels of an image's row; large images become smaller.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="channels">
    /// In planes (C H W) as tensors have them. Shown are the first three as colours, or the first one in grey.
    /// </param>
    public Thumbnail(int width, int height, int channels)
    {
        (fromWidth, fromHeight, fromChannels) = (width, height, channels);
        double scale = Math.Min(1, LargestSide / (double)Math.Max(width, height));
        (Width, Height) = (Math.Max(1, (int)Math.Round(scale * width)), Math.Max(1, (int)Math.Round(scale * height)));
    }

    /// <summary>Pixels of a picture's row.</summary>
    public int Width { get; }

    /// <summary>Rows of a picture.</summary>
    public int Height { get; }

    /// <summary>Bytes of a pixel: 1 or 3.</summary>
    public int Channels => fromChannels < 3 ? 1 : 3;

    /// <summary>Bytes of a picture.</summary>
    public int Bytes => Width * Height * Channels;

    /// <summary>Draws an image of planes (C H W) with values 0..1; others are cut off.</summary>
    public void Draw(ReadOnlySpan<float> planes, Span<byte> picture)
    {
        int plane = fromWidth * fromHeight;
        if (planes.Length != plane * fromChannels)
            throw new ArgumentException(
                $"an image has {Counted.Of(plane * fromChannels, "value")} here, not {planes.Length}");
        for (int c = 0; c < Channels; c++)
            for (int y = 0; y < Height; y++)
                for (int x = 0; x < Width; x++)
                    picture[(y * Width + x) * Channels + c] = Shade(planes.Slice(c * plane, plane), x, y);
    }

    /// <summary>The mean of the pixels that a shown one stands for.</summary>
    byte Shade(ReadOnlySpan<float> plane, int x, int y)
    {
        int left = x * fromWidth / Width, right = Math.Max(left + 1, (x + 1) * fromWidth / Width);
        int top = y * fromHeight / Height, bottom = Math.Max(top + 1, (y + 1) * fromHeight / Height);
        float sum = 0;
        for (int row = top; row < bottom; row++)
            for (int column = left; column < right; column++) sum += plane[row * fromWidth + column];
        return (byte)Math.Clamp(MathF.Round(255 * sum / ((right - left) * (bottom - top))), 0, 255);
    }
}
