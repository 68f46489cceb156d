namespace TripletGpu.Backends.Gpu.Launching;

/// <summary>How a matrix product runs.</summary>
public enum ProductForm
{
    /// <summary>8 x 32 sums an item, no barriers: for devices that are CPUs.</summary>
    Panels,

    /// <summary>Tiles of 64 x 64 in shared memory.</summary>
    Tile64x64,

    /// <summary>Tiles of 128 x 128.</summary>
    Tile128x128,

    /// <summary>Tiles of 64 x 64 on tensor cores, in TF32.</summary>
    Tensor64x64,

    /// <summary>Tiles of 128 x 128 on tensor cores, in TF32.</summary>
    Tensor128x128,

    /// <summary>Tiles of 64 x 64 of a convolution whose filters are read 16 bytes at a time.</summary>
    Quads64x64,

    /// <summary>Tiles of 64 x 64 of a product whose second matrix is read 16 bytes at a time.</summary>
    Fours64x64,

    /// <summary>Tiles of 128 x 128 of such a product.</summary>
    Fours128x128,

    /// <summary>Tiles of 64 x 64 on tensor cores, in bfloat16.</summary>
    Bfloat64x64,

    /// <summary>Tiles of 128 x 128 on tensor cores, in bfloat16.</summary>
    Bfloat128x128,

    /// <summary>
    /// Tiles of 64 x 64 of a product that reads both matrices 16 bytes at a time, of which the first is transposed.
    /// </summary>
    TileTN64x64,

    /// <summary>Tiles of 128 x 128 of such a product.</summary>
    TileTN128x128,

    /// <summary>Tiles of 64 x 64 of a product that reads both so, neither of them transposed.</summary>
    TileNN64x64,

    /// <summary>Tiles of 128 x 128 of such a product.</summary>
    TileNN128x128,

    /// <summary>Tiles of 64 x 64 of a product that reads both so, of which the second is transposed.</summary>
    TileNT64x64,

    /// <summary>Tiles of 128 x 128 of such a product.</summary>
    TileNT128x128,
}
