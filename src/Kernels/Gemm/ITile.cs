namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// The tiles of a matrix product in shared memory: a group computes Size x Size of C, an item 8 rows and ItemColumns of
/// these in registers. What an item stages of an operand in a step (<see cref="StagedElements"/>) is four of its lines
/// at one depth, or four depths of a line, once or twice, as <see cref="Staging"/> says.
/// </summary>
public interface ITile : IGroupShape
{
    /// <summary>Rows, and columns, of C that a group computes.</summary>
    static abstract int Size { get; }

    /// <summary>Columns an item computes: 8, or 4.</summary>
    static abstract int ItemColumns { get; }

    /// <summary>
    /// From one depth of a stage to the next, in 16 bytes: a quarter of the lines, and as many more as keep the items
    /// that store eight places at a time in different banks.
    /// </summary>
    static abstract int Pitch { get; }

    /// <summary>
    /// 1: a warp multiplies on tensor cores (<see cref="TensorTile"/>), in TF32, or in bfloat16 where operands are
    /// <see cref="SharedTile.InPairs{TTile}"/>; 0: each item by itself.
    /// </summary>
    static virtual int OnTensorCores => 0;

    /// <summary>
    /// The depth of a step along K: <see cref="SharedTile.Depth"/>, or twice that in pairs
    /// (<see cref="SharedTile.InPairs{TTile}"/>).
    /// </summary>
    static virtual int StepDepth => SharedTile.Depth;

    /// <summary>
    /// Floats of shared memory in which the items of a group exchange operands where no tensor core does.
    /// </summary>
    static virtual int Fragments => 1;

    /// <summary>How the rows of A are staged: a <see cref="Staging"/>.</summary>
    static virtual int RowStaging => Staging.Apart;

    /// <summary>How the columns of B are staged; not in quads, which would take too many registers.</summary>
    static virtual int ColumnStaging => Staging.Apart;
}

/// <summary>A tile of matrices.</summary>
public interface IProductTile : ITile;

/// <summary>A tile of a convolution, whose pixels lie anywhere.</summary>
public interface IConvolutionTile : ITile;

/// <summary>
/// A tile whose multiply-adds leave registers to hold four taps in, as the gradient of filters does; in
/// <see cref="Tensor128x128"/> ptxas spills them.
/// </summary>
public interface ITapTile : IConvolutionTile;

/// <summary>128 x 128 by 256 items: one element staged for 64 multiply-adds, for large matrices.</summary>
public readonly struct Tile128x128 : ITapTile, IProductTile
{
    /// <inheritdoc/>
    public static int Size => 128;

    /// <inheritdoc/>
    public static int ItemColumns => 8;

    /// <inheritdoc/>
    public static int Pitch => Size / 4 + 1;

    /// <inheritdoc/>
    public static int GroupX => Size / ItemColumns;

    /// <inheritdoc/>
    public static int GroupY => Size / 8;
}

/// <summary>64 x 64 by 64 items: two elements staged for 64 multiply-adds, for small matrices.</summary>
public readonly struct Tile64x64 : ITapTile, IProductTile
{
    /// <inheritdoc/>
    public static int Size => 64;

    /// <inheritdoc/>
    public static int ItemColumns => 8;

    /// <inheritdoc/>
    public static int Pitch => Size / 4 + 2;

    /// <inheritdoc/>
    public static int GroupX => Size / ItemColumns;

    /// <inheritdoc/>
    public static int GroupY => Size / 8;
}

/// <summary>
/// As <see cref="Tile64x64"/>, with the filters in quads: for a convolution whose filters, or maps, have a multiple of
/// four elements, so that they begin at multiples of 16 bytes.
/// </summary>
public readonly struct Quads64x64 : ITapTile
{
    /// <inheritdoc/>
    public static int Size => 64;

    /// <inheritdoc/>
    public static int ItemColumns => 8;

    /// <inheritdoc/>
    public static int Pitch => Size / 4 + 2;

    /// <inheritdoc/>
    public static int GroupX => Size / ItemColumns;

    /// <inheritdoc/>
    public static int GroupY => Size / 8;

    /// <inheritdoc/>
    public static int RowStaging => Staging.Quads;
}

/// <summary>As <see cref="Tile128x128"/>, with the columns in fours.</summary>
public readonly struct Fours128x128 : IProductTile
{
    /// <inheritdoc/>
    public static int Size => 128;

    /// <inheritdoc/>
    public static int ItemColumns => 8;

    /// <inheritdoc/>
    public static int Pitch => Size / 4 + 1;

    /// <inheritdoc/>
    public static int GroupX => Size / ItemColumns;

    /// <inheritdoc/>
    public static int GroupY => Size / 8;

    /// <inheritdoc/>
    public static int ColumnStaging => Staging.Fours;
}

/// <summary>As <see cref="Tile64x64"/>, with the columns in fours.</summary>
public readonly struct Fours64x64 : IProductTile
{
    /// <inheritdoc/>
    public static int Size => 64;

    /// <inheritdoc/>
    public static int ItemColumns => 8;

    /// <inheritdoc/>
    public static int Pitch => Size / 4 + 2;

    /// <inheritdoc/>
    public static int GroupX => Size / ItemColumns;

    /// <inheritdoc/>
    public static int GroupY => Size / 8;

    /// <inheritdoc/>
    public static int ColumnStaging => Staging.Fours;
}
