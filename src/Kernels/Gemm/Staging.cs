namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// How a tile's items bring an operand from memory to shared memory, four floats in a place of 16 bytes. Its lines are
/// the rows of A, the columns of B.
/// </summary>
public static class Staging
{
    /// <summary>Four lines a quarter of the tile apart at one depth, by loads of 4 bytes: any operand.</summary>
    public const int Apart = 0;

    /// <summary>Four neighbouring lines at one depth, by one load of 16 bytes: lines lie side by side.</summary>
    public const int Fours = 1;

    /// <summary>
    /// Four depths of one line, by one load of 16 bytes: each line lies along K. An item multiplies from eight such
    /// places of its lines at a time.
    /// </summary>
    public const int Quads = 2;

    /// <summary>
    /// As in quads, and turned where they are stored: as <see cref="Apart"/> has them, by stores of 4 bytes. For what
    /// registers do not hold quads of.
    /// </summary>
    public const int Turned = 3;

    /// <summary>Whether four depths of a line are loaded at once.</summary>
    public static bool IsAlongK(int staging) => staging == Quads || staging == Turned;

    /// <summary>How an operand may be staged where it begins at a multiple of 16 bytes.</summary>
    /// <param name="lines">Its lines.</param>
    /// <param name="depth">Elements of a line.</param>
    /// <param name="strideLine">Elements from a line to the next.</param>
    /// <param name="strideK">Elements from one depth to the next.</param>
    /// <param name="batch">Elements from one operand of a batch to the next.</param>
    public static int Of(int lines, int depth, int strideLine, int strideK, int batch)
    {
        // Each item's view of an operand begins at a depth of its own in the first step.
        if (batch % 4 != 0 || lines < 1 || depth < SharedTile.Depth) return Apart;
        if (strideLine == 1 && strideK % 4 == 0 && lines % 4 == 0) return Fours;
        bool isAlongK = strideK == 1 && strideLine % 4 == 0 && depth % 4 == 0;
        return isAlongK && DepthBlocks.StartInFours(depth) ? Quads : Apart;
    }
}
