using TripletGpu.Backends.Gpu.Drivers;

namespace TripletGpu.Backends.Gpu.Launching;

/// <summary>How a product runs in tiles.</summary>
/// <param name="Form">The tile.</param>
/// <param name="Parts">In how many parts its depth is computed, summed by another pass; 1: in one.</param>
public readonly record struct TileChoice(ProductForm Form, int Parts);

/// <summary>What a product is predicted to cost in a tile.</summary>
/// <param name="Form">The tile.</param>
/// <param name="Parts">The parts of the depth that suit it.</param>
/// <param name="Groups">Groups of all parts.</param>
/// <param name="Cost">Multiply-adds that a multiprocessor could have done in the time.</param>
public readonly record struct PredictedTile(ProductForm Form, int Parts, double Groups, double Cost);

/// <summary>
/// Predicts what a product costs in each tile, so that the fastest runs. A group is one tile of the result; the groups
/// share the multiprocessors evenly, and the one with the most is the last to end. Large tiles spend more of their
/// instructions on multiply-adds; small ones, and parts of the depth, leave fewer multiprocessors idle.
/// </summary>
/// <param name="units">Multiprocessors.</param>
/// <param name="tiles">Those that fit the device, the smallest last.</param>
sealed class TileModel(int units, TileModel.Tile[] tiles)
{
    // Steps of the depth that filling the first stage and writing the result cost.
    const double SetupDepth = 16;

    // Multiply-adds that a multiprocessor does while it writes and reads one element of a part, and while a launch ends
    // and the next begins: 8 bytes at 4 TB/s and 3 us at 128 a cycle of 1.7 GHz.
    const double PartElement = 56, Launch = 600_000;

    const int ShortestPart = 128;

    // Shares by tests/cuda-toolchain.sh; bytes are a convolution's.
    static readonly Tile[] Alone =
    [
        new(ProductForm.Tile128x128, 128, Warps: 8, Resident: 2, Share: 0.85, HoldsTaps: true, Bytes: 21_008),
        new(ProductForm.Tile64x64, 64, Warps: 2, Resident: 6, Share: 0.81, HoldsTaps: true, Bytes: 12_304),
    ];

    // Guesses, from the instructions between tensor cores' own: no card has been measured.
    static readonly Tile[] OnTensorCores =
    [
        new(ProductForm.Tensor128x128, 128, Warps: 8, Resident: 2, Share: 3, HoldsTaps: false, Bytes: 27_136),
        new(ProductForm.Tensor64x64, 64, Warps: 4, Resident: 5, Share: 2, HoldsTaps: true, Bytes: 14_848),
    ];

    /// <summary>The tiles of a precision that fit a device.</summary>
    public static TileModel For(GpuCapabilities device, MatrixPrecision precision)
    {
        Tile[] tiles = precision == MatrixPrecision.Tf32 ? OnTensorCores : Alone;
        Tile[] fitting =
        [
            .. tiles[..^1].Where(t => device.MaxGroupItems >= 32 * t.Warps && device.SharedBytes >= t.Bytes), tiles[^1],
        ];
        return new(device.ComputeUnits, fitting);
    }

    /// <summary>The tiles that fit.</summary>
    public IEnumerable<ProductForm> Forms => tiles.Select(tile => tile.Form);

    /// <summary>The tile and the parts of the least predicted time.</summary>
    /// <param name="m">Rows of the result.</param>
    /// <param name="n">Its columns.</param>
    /// <param name="batch">Products.</param>
    /// <param name="depth">Terms of a sum.</param>
    /// <param name="mostParts">Parts that there is memory for; 1 where the sums cannot be taken apart.</param>
    /// <param name="holdsTaps">Whether only tiles that leave registers for taps will do.</param>
    public TileChoice Best(int m, int n, int batch, int depth, int mostParts, bool holdsTaps = false)
    {
        PredictedTile best = new(tiles[^1].Form, 1, 0, double.PositiveInfinity);
        foreach (Tile tile in tiles)
            if ((tile.HoldsTaps || !holdsTaps) && Predict(tile, m, n, batch, depth, mostParts) is var predicted
                && predicted.Cost < best.Cost)
                best = predicted;
        return new(best.Form, best.Parts);
    }

    /// <summary>What each tile would cost with the parts that suit it, the least first.</summary>
    /// <inheritdoc cref="Best"/>
    public IReadOnlyList<PredictedTile> Candidates(
        int m, int n, int batch, int depth, int mostParts, bool holdsTaps = false) =>
    [
        .. tiles.Where(tile => tile.HoldsTaps || !holdsTaps)
            .Select(tile => Predict(tile, m, n, batch, depth, mostParts)).OrderBy(predicted => predicted.Cost),
    ];

    /// <summary>The parts of the least predicted time in one tile.</summary>
    PredictedTile Predict(Tile tile, int m, int n, int batch, int depth, int mostParts)
    {
        int most = Math.Max(1, Math.Min(mostParts, depth / ShortestPart));
        double groups = (double)batch * KernelSize.Groups(m, tile.Size) * KernelSize.Groups(n, tile.Size);
        PredictedTile best = new(tile.Form, 1, groups, double.PositiveInfinity);
        for (int parts = 1; parts <= most; parts = NextParts(parts))
        {
            double cost = Cost(tile, groups * parts, (double)depth / parts);
            if (parts > 1) cost += Launch + PartElement * parts * m * n * batch / units;
            if (cost < best.Cost) best = new(tile.Form, parts, groups * parts, cost);
        }
        return best;
    }

    /// <summary>Multiply-adds that a multiprocessor could have done in the time.</summary>
    double Cost(Tile tile, double groups, double depth)
    {
        double each = Math.Ceiling(groups / units), warps = Math.Min(each, tile.Resident) * tile.Warps;
        // Sixteen warps hide a multiprocessor's latencies, few do not.
        double rate = tile.Share * Math.Min(1, 1.375 * warps / (warps + 6));
        return each * tile.Size * tile.Size * (depth + SetupDepth) / rate;
    }

    static int NextParts(int parts) => parts + Math.Max(1, parts / 4);

    /// <summary>A tile of Size x Size.</summary>
    /// <param name="Form">Its name.</param>
    /// <param name="Size">Rows and columns.</param>
    /// <param name="Warps">Of 32 items that compute it.</param>
    /// <param name="Resident">Groups that fit a multiprocessor's registers.</param>
    /// <param name="Share">
    /// Multiply-adds among the instructions of its loop; on tensor cores how many take the time of one of a
    /// multiprocessor's instructions.
    /// </param>
    /// <param name="HoldsTaps">Whether it is an <see cref="Kernels.Gemm.ITapTile"/>.</param>
    /// <param name="Bytes">Shared memory that a group takes.</param>
    public readonly record struct Tile(
        ProductForm Form, int Size, int Warps, int Resident, double Share, bool HoldsTaps, int Bytes);
}
