using TripletGpu.Runner.Images;

namespace TripletGpu.Runner.Reports;

/// <summary>Many small images in one PNG, row by row: a page shows one by its offset.</summary>
public sealed class SpriteSheet
{
    readonly List<byte[]> tiles = [];

    /// <param name="width">Pixels of one image's row.</param>
    /// <param name="height">Rows of one image.</param>
    /// <param name="channels">
    /// In planes (C H W) as tensors have them. Shown are the first three as colours, or the first one in grey.
    /// </param>
    public SpriteSheet(int width, int height, int channels) => (Width, Height, Channels) = (width, height, channels);

    /// <summary>Pixels of one image's row.</summary>
    public int Width { get; }

    /// <summary>Rows of one image.</summary>
    public int Height { get; }

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
        int pixels = Width * Height;
        if (planes.Length != pixels * Channels)
            throw new ArgumentException($"an image has {pixels * Channels} values here, not {planes.Length}");
        byte[] tile = new byte[pixels * Shown];
        for (int c = 0; c < Shown; c++)
            for (int i = 0; i < pixels; i++)
                tile[i * Shown + c] = (byte)Math.Clamp(MathF.Round(255 * planes[c * pixels + i]), 0, 255);
        tiles.Add(tile);
        return tiles.Count - 1;
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
