using TripletGpu.Runner.Images;

namespace TripletGpu.Runner.Reports;

/// <summary>Many small images in one PNG, row by row: a page shows one by its offset.</summary>
public sealed class SpriteSheet
{
    // So that a page of photographs that nothing compresses stays below three megabytes.
    const int MostBytes = 1_500_000;

    readonly List<byte[]> tiles = [];
    readonly Thumbnail thumbnail;

    /// <param name="width">Pixels of one image's row; large images are shown smaller.</param>
    /// <param name="height">Rows of one image.</param>
    /// <param name="channels">
    /// In planes (C H W) as tensors have them. Shown are the first three as colours, or the first one in grey.
    /// </param>
    public SpriteSheet(int width, int height, int channels) => thumbnail = new Thumbnail(width, height, channels);

    /// <summary>Pixels of one shown image's row.</summary>
    public int Width => thumbnail.Width;

    /// <summary>Rows of one shown image.</summary>
    public int Height => thumbnail.Height;

    /// <summary>Whether another image fits in.</summary>
    public bool HasRoom => (tiles.Count + 1L) * Width * Height * Shown <= MostBytes;

    int Shown => thumbnail.Channels;

    /// <summary>Images in a row of the sheet.</summary>
    public int Columns => Math.Max(1, Math.Min(tiles.Count, (int)Math.Ceiling(Math.Sqrt(tiles.Count))));

    /// <summary>How many images there are.</summary>
    public int Count => tiles.Count;

    /// <summary>Adds an image of planes (C H W) with values 0..1 (others are cut off) and returns its number.</summary>
    public int Add(ReadOnlySpan<float> planes)
    {
        byte[] tile = new byte[thumbnail.Bytes];
        thumbnail.Draw(planes, tile);
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
