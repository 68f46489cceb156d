namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// 128 x 128 of the product of two matrices as they are, both read 16 bytes at a time; the first is turned where it is
/// stored, since 128 registers do not hold quads of it.
/// </summary>
public readonly struct TileNN128x128 : IProductTile
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
    public static int RowStaging => Staging.Turned;

    /// <inheritdoc/>
    public static int ColumnStaging => Staging.Fours;
}

/// <summary>128 x 128 of a product whose second matrix is transposed, as in a linear layer; both are turned.</summary>
public readonly struct TileNT128x128 : IProductTile
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
    public static int RowStaging => Staging.Turned;

    /// <inheritdoc/>
    public static int ColumnStaging => Staging.Turned;
}

/// <summary>128 x 128 of a product whose first matrix is transposed, as in the gradient of weights.</summary>
public readonly struct TileTN128x128 : IProductTile
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
    public static int RowStaging => Staging.Fours;

    /// <inheritdoc/>
    public static int ColumnStaging => Staging.Fours;
}

/// <summary>64 x 64 of the product of two matrices as they are, both read 16 bytes at a time.</summary>
public readonly struct TileNN64x64 : IProductTile
{
    /// <inheritdoc/>
    public static int Size => 64;

    /// <inheritdoc/>
    public static int ItemColumns => 8;

    /// <inheritdoc/>
    public static int Pitch => Size / 4 + 1;

    /// <inheritdoc/>
    public static int GroupX => Size / ItemColumns;

    /// <inheritdoc/>
    public static int GroupY => Size / 8;

    /// <inheritdoc/>
    public static int RowStaging => Staging.Quads;

    /// <inheritdoc/>
    public static int ColumnStaging => Staging.Fours;
}

/// <summary>64 x 64 of a product whose second matrix is transposed, as in a linear layer, and turned.</summary>
public readonly struct TileNT64x64 : IProductTile
{
    /// <inheritdoc/>
    public static int Size => 64;

    /// <inheritdoc/>
    public static int ItemColumns => 8;

    /// <inheritdoc/>
    public static int Pitch => Size / 4 + 1;

    /// <inheritdoc/>
    public static int GroupX => Size / ItemColumns;

    /// <inheritdoc/>
    public static int GroupY => Size / 8;

    /// <inheritdoc/>
    public static int RowStaging => Staging.Quads;

    /// <inheritdoc/>
    public static int ColumnStaging => Staging.Turned;
}

/// <summary>64 x 64 of a product whose first matrix is transposed, as in the gradient of weights.</summary>
public readonly struct TileTN64x64 : IProductTile
{
    /// <inheritdoc/>
    public static int Size => 64;

    /// <inheritdoc/>
    public static int ItemColumns => 8;

    /// <inheritdoc/>
    public static int Pitch => Size / 4 + 1;

    /// <inheritdoc/>
    public static int GroupX => Size / ItemColumns;

    /// <inheritdoc/>
    public static int GroupY => Size / 8;

    /// <inheritdoc/>
    public static int RowStaging => Staging.Fours;

    /// <inheritdoc/>
    public static int ColumnStaging => Staging.Fours;
}
