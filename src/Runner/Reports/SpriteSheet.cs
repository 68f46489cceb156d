using TripletGpu.Runner.Images;

namespace TripletGpu.Runner.Reports;

/// <summary>Many small images in one PNG, row by row: a page shows one by its offset.</summary>
public sealed class SpriteSheet
{
    // So that a page of photographs that nothing compresses stays below three megabytes.
    const int MostBytes = 1_500_000, LargestSide = 40;

    readonly List<byte[]> tiles = [];
    readonly int fromWidth, fromHeight;

    /// <param name="width">Pixels of one image's row; large images are shown smaller.</param>
    /// <param name="height">Rows of one image.</param>
    /// <param name="channels">
    /// In planes (C H W) as tensors have them. Shown are the first three as colours, or the first one in grey.
    /// </param>
    public SpriteSheet(int width, int height, int channels)
    {
        (fromWidth, fromHeight, Channels) = (width, height, channels);
        double scale = Math.Min(1, LargestSide / (double)Math.Max(width, height));
        (Width, Height) = (Math.Max(1, (int)Math.Round(scale * width)), Math.Max(1, (int)Math.Round(scale * height)));
    }

    /// <summary>Pixels of one shown image's row.</summary>
    public int Width { get; }

    /// <summary>Rows of one shown image.</summary>
    public int Height { get; }

    /// <summary>Whether another image fits in.</summary>
    public bool HasRoom => (tiles.Count + 1L) * Width * Height * Shown <= MostBytes;

    /// <summary>Planes of one image.</summary>
    public int Channels { get; }

    int Shown => Channels < 3 ? 1 : 3;

    /// <summary>Images in a row of the sheet.</summary>
    public int Columns => Math.Max(1, Math.Min(tiles.Count, (int)Math.Ceiling(Math.Sqrt(tiles.Count))));

    /// <summary>How many images there are.</summary>
    public int Count => tiles.Count;

    /// <summary>Adds an image of planes (C H W) with values 0..1 (others are cut off) and returns its number.</summary>
    public int Add(ReadOnlySpan<float> planes)
    {
        int plane = fromWidth * fromHeight;
        if (planes.Length != plane * Channels)
            throw new ArgumentException($"an image has {plane * Channels} values here, not {planes.Length}");
        byte[] tile = new byte[Width * Height * Shown];
        for (int c = 0; c < Shown; c++)
            for (int y = 0; y < Height; y++)
                for (int x = 0; x < Width; x++)
                    tile[(y * Width + x) * Shown + c] = Shade(planes.Slice(c * plane, plane), x, y);
        tiles.Add(tile);
        return tiles.Count - 1;
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

    /// <summary>The sheet as a PNG file.</summary>
    public byte[] ToPng()
    {
        int columns = Columns, rows = Math.Max(1, (tiles.Count + columns - 1) / columns);
        int line = Width * Shown, stride = columns * line;
        byte[] sheet = new byte[stride * rows * Height];
        for (int i = 0; i < tiles.Count; i++)
            for (int y = 0; y < Height; y++)
                tiles[i].AsSpan(y * line, line).CopyTo(
                    sheet.AsSpan((i / columns * Height + y) * stride + i % columns * line));
        return PngEncoder.Encode(sheet, columns * Width, rows * Height, Shown);
    }
}
