namespace TripletGpu.Backends.Cpu.Winograd;

/// <summary>
/// The Winograd tiles of a batch of maps, cut into blocks for a thread to work on: some lines of tiles of one image, or
/// some whole images.
/// </summary>
readonly struct TileGrid
{
    readonly int images, imageGroups, bands;

    /// <param name="images">N.</param>
    /// <param name="height">Lines of the output.</param>
    /// <param name="width">Columns of the output.</param>
    /// <param name="outputs">Outputs of a tile along each axis.</param>
    /// <param name="most">About how many tiles a block is to have.</param>
    /// <param name="threads">The number of blocks is a multiple of it where there are images or lines enough.</param>
    public TileGrid(int images, int height, int width, int outputs, int most, int threads)
    {
        this.images = images;
        (Down, Across) = ((height + outputs - 1) / outputs, (width + outputs - 1) / outputs);
        int perImage = Down * Across;
        if (perImage >= most)
        {
            int lines = Math.Clamp(most / Across, 1, Down);
            (imageGroups, bands) = (images, (Down + lines - 1) / lines);
        }
        else
        {
            int perGroup = Math.Clamp(images, 1, most / perImage), groups = (images + perGroup - 1) / perGroup;
            (imageGroups, bands) = (Math.Min(images, (groups + threads - 1) / threads * threads), 1);
        }
        // The first group and band are never smaller than the others minus one.
        MostLines = (Down + bands - 1) / bands;
        MostTiles = (images + imageGroups - 1) / imageGroups * MostLines * Across;
    }

    /// <summary>Groups of images: of one, or of several whole ones.</summary>
    public int Groups => imageGroups;

    /// <summary>Lines of tiles of an image in the largest block.</summary>
    public int MostLines { get; }

    /// <summary>Lines and columns of tiles of an image.</summary>
    public int Down { get; }

    /// <inheritdoc cref="Down"/>
    public int Across { get; }

    /// <summary>Tiles of the largest block.</summary>
    public int MostTiles { get; }

    public int Blocks => imageGroups * bands;

    public int Tiles => images * Down * Across;

    /// <summary>
    /// The tiles before a block, in the order of images and lines; all of them for the block past the last.
    /// </summary>
    public int FirstTile(int block)
    {
        int group = block / bands, band = block - group * bands;
        long before = (long)images * group / imageGroups;
        // Groups of several images have one band, so a band is of one image.
        return checked((int)((before * Down + Down * band / bands) * Across));
    }

    public TileBlock this[int index]
    {
        get
        {
            int group = index / bands, band = index - group * bands;
            int n0 = (int)((long)images * group / imageGroups), n1 = (int)((long)images * (group + 1) / imageGroups);
            return new TileBlock(n0, n1, Down * band / bands, Down * (band + 1) / bands, Across);
        }
    }
}

/// <summary>Lines of tiles of some images.</summary>
/// <param name="FirstImage">The first image.</param>
/// <param name="EndImage">The image after the last.</param>
/// <param name="FirstLine">The first line of tiles.</param>
/// <param name="EndLine">The line after the last.</param>
/// <param name="Across">Tiles in a line.</param>
readonly record struct TileBlock(int FirstImage, int EndImage, int FirstLine, int EndLine, int Across)
{
    public int Lines => EndLine - FirstLine;

    public int Images => EndImage - FirstImage;

    public int PerImage => Lines * Across;

    public int Tiles => Images * PerImage;
}
