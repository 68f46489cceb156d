namespace TripletGpu.Backends.Gpu.Drivers;

/// <summary>What a tile in shared memory multiplies: each is a kernel of its own.</summary>
public enum TileUse
{
    /// <summary>Matrices.</summary>
    Product,

    /// <summary>Filters with what pixels see: a convolution, and its way back to the input.</summary>
    Convolution,

    /// <summary>An output's gradient with what pixels see.</summary>
    FilterGradient,
}
