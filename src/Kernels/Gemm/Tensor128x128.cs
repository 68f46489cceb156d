namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// 128 x 128 by eight warps of 32 x 64 on tensor cores: 16 products of 16 x 8 x 8 in six shared loads.
/// </summary>
public readonly struct Tensor128x128 : IConvolutionTile, IProductTile
{
    /// <inheritdoc/>
    public static int Size => 128;

    /// <inheritdoc/>
    public static int ItemColumns => 8;

    /// <inheritdoc/>
    public static int Pitch => Size / 4 + 1;

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
public readonly struct Tensor64x64 : ITapTile, IProductTile
{
    /// <inheritdoc/>
    public static int Size => 64;

    /// <inheritdoc/>
    public static int ItemColumns => 4;

    /// <inheritdoc/>
    public static int Pitch => Size / 4 + 1;

    /// <inheritdoc/>
    public static int GroupX => 16;

    /// <inheritdoc/>
    public static int GroupY => 8;

    /// <inheritdoc/>
    public static int OnTensorCores => 1;

    /// <inheritdoc/>
    public static int Fragments => 6 * GroupX * GroupY;
}
