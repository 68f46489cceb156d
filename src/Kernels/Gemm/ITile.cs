namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// The tiles of a matrix product in shared memory: a group computes Size x Size of C, an item ItemRows x ItemColumns
/// in registers. A group has 2 Size items, so that each brings four elements of either operand in a step
/// (<see cref="StagedElements"/>).
/// </summary>
public interface ITile : IGroupShape
{
    /// <summary>Rows, and columns, of C that a group computes.</summary>
    static abstract int Size { get; }

    /// <summary>Rows an item computes: 4, or 8 of which four lie Size / 2 below the others.</summary>
    static abstract int ItemRows { get; }

    /// <summary>Columns an item computes: 4, or 8 of which four lie Size / 2 to the right.</summary>
    static abstract int ItemColumns { get; }

    /// <summary>
    /// 1: a warp multiplies on tensor cores, in TF32 (<see cref="TensorTile"/>); 0: each item by itself.
    /// </summary>
    static abstract int OnTensorCores { get; }

    /// <summary>
    /// Floats of shared memory in which the items of a group exchange operands where no tensor core does.
    /// </summary>
    static abstract int Fragments { get; }
}

/// <summary>
/// A tile whose multiply-adds leave registers to hold four taps in, as the gradient of filters does; in
/// <see cref="Tensor128x128"/> ptxas spills them.
/// </summary>
public interface ITapTile : ITile;

/// <summary>128 x 128 by 256 items of 8 x 8: 16 multiply-adds a shared load, for large matrices.</summary>
public readonly struct Tile128x128 : ITapTile
{
    /// <inheritdoc/>
    public static int Size => 128;

    /// <inheritdoc/>
    public static int ItemRows => 8;

    /// <inheritdoc/>
    public static int ItemColumns => 8;

    /// <inheritdoc/>
    public static int GroupX => Size / ItemColumns;

    /// <inheritdoc/>
    public static int GroupY => Size / ItemRows;

    /// <inheritdoc/>
    public static int OnTensorCores => 0;

    /// <inheritdoc/>
    public static int Fragments => 1;
}

/// <summary>64 x 64 by 128 items of 8 x 4: 11 multiply-adds a shared load.</summary>
public readonly struct Tile64x64 : ITapTile
{
    /// <inheritdoc/>
    public static int Size => 64;

    /// <inheritdoc/>
    public static int ItemRows => 8;

    /// <inheritdoc/>
    public static int ItemColumns => 4;

    /// <inheritdoc/>
    public static int GroupX => Size / ItemColumns;

    /// <inheritdoc/>
    public static int GroupY => Size / ItemRows;

    /// <inheritdoc/>
    public static int OnTensorCores => 0;

    /// <inheritdoc/>
    public static int Fragments => 1;
}

/// <summary>32 x 32 by 64 items of 4 x 4, for small matrices: more groups to fill the device.</summary>
public readonly struct Tile32x32 : ITapTile
{
    /// <inheritdoc/>
    public static int Size => 32;

    /// <inheritdoc/>
    public static int ItemRows => 4;

    /// <inheritdoc/>
    public static int ItemColumns => 4;

    /// <inheritdoc/>
    public static int GroupX => Size / ItemColumns;

    /// <inheritdoc/>
    public static int GroupY => Size / ItemRows;

    /// <inheritdoc/>
    public static int OnTensorCores => 0;

    /// <inheritdoc/>
    public static int Fragments => 1;
}

/// <summary>
/// 128 x 128 by eight warps of 32 x 64 on tensor cores: 16 products of 16 x 8 x 8 in six shared loads.
/// </summary>
public readonly struct Tensor128x128 : ITile
{
    /// <inheritdoc/>
    public static int Size => 128;

    /// <inheritdoc/>
    public static int ItemRows => 8;

    /// <inheritdoc/>
    public static int ItemColumns => 8;

    /// <inheritdoc/>
    public static int GroupX => 16;

    /// <inheritdoc/>
    public static int GroupY => 16;

    /// <inheritdoc/>
    public static int OnTensorCores => 1;

    /// <inheritdoc/>
    public static int Fragments => 6 * GroupX * GroupY;
}

/// <summary>64 x 64 by four warps of 32 x 32 on tensor cores: more groups, for smaller results.</summary>
public readonly struct Tensor64x64 : ITapTile
{
    /// <inheritdoc/>
    public static int Size => 64;

    /// <inheritdoc/>
    public static int ItemRows => 8;

    /// <inheritdoc/>
    public static int ItemColumns => 4;

    /// <inheritdoc/>
    public static int GroupX => 16;

    /// <inheritdoc/>
    public static int GroupY => 8;

    /// <inheritdoc/>
    public static int OnTensorCores => 1;

    /// <inheritdoc/>
    public static int Fragments => 6 * GroupX * GroupY;
}
