namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// As <see cref="Tensor128x128"/>, in bfloat16: 16 products of 16 x 8 x 16 in six shared loads.
/// </summary>
public readonly struct Bfloat128x128 : IConvolutionTile, IProductTile
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
    public static int StepDepth => 2 * SharedTile.Depth;

    /// <inheritdoc/>
    public static int Fragments => 6 * GroupX * GroupY;
}

/// <summary>As <see cref="Tensor64x64"/>, in bfloat16.</summary>
public readonly struct Bfloat64x64 : ITapTile, IProductTile
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
    public static int StepDepth => 2 * SharedTile.Depth;

    /// <inheritdoc/>
    public static int Fragments => 6 * GroupX * GroupY;
}
