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
/// <param name="Cost">
/// Multiply-adds that a multiprocessor could have done in the time; seconds where tiles were measured on the device.
/// </param>
public readonly record struct PredictedTile(ProductForm Form, int Parts, double Groups, double Cost);

/// <summary>
/// Predicts what a product costs in each tile, so that the fastest runs. A group is one tile of the result; the groups
/// share the multiprocessors evenly, and the one with the most is the last to end. Large tiles spend more of their
/// instructions on multiply-adds; small ones, and parts of the depth, leave fewer multiprocessors idle. Where tiles
/// were measured on the device, their times take the place of the constants.
/// </summary>
/// <param name="units">Multiprocessors.</param>
/// <param name="tiles">Those that fit the device, the smallest last.</param>
/// <param name="tuned">What they take there; null where nobody has measured it.</param>
sealed class TileModel(int units, TileModel.Tile[] tiles, TunedTiles? tuned)
{
    // Steps of the depth that filling the first stage and writing the result cost.
    const double SetupDepth = 16;

    // Multiply-adds that a multiprocessor does while it writes and reads one element of a part, and while a launch ends
    // and the next begins: 8 bytes at 4 TB/s and 3 us at 128 a cycle of 1.7 GHz.
    const double PartElement = 56, Launch = 600_000;

    const int ShortestPart = 128;

    // Clocks tremble: what is measured to gain less by parts of the depth stays whole.
    const double WorthParts = 0.95;

    // Shares by tests/cuda-toolchain.sh; bytes are a convolution's.
    static readonly Tile[] Alone =
    [
        new(ProductForm.Tile128x128, 128, Warps: 8, Resident: 2, Share: 0.85, HoldsTaps: true, Bytes: 21_008),
        new(ProductForm.Tile64x64, 64, Warps: 2, Resident: 6, Share: 0.81, HoldsTaps: true, Bytes: 12_304),
    ];

    // Guesses, from the instructions between tensor cores' own: no card has been measured.
    static readonly Tile[] InTf32 =
    [
        new(ProductForm.Tensor128x128, 128, Warps: 8, Resident: 2, Share: 3, HoldsTaps: false, Bytes: 27_136),
        new(ProductForm.Tensor64x64, 64, Warps: 4, Resident: 5, Share: 2, HoldsTaps: true, Bytes: 14_848),
    ];

    static readonly Tile[] InBfloat16 =
    [
        new(ProductForm.Bfloat128x128, 128, Warps: 8, Resident: 2, Share: 6, HoldsTaps: false, Bytes: 27_136),
        new(ProductForm.Bfloat64x64, 64, Warps: 4, Resident: 5, Share: 4, HoldsTaps: true, Bytes: 14_848),
    ];

    readonly Candidate[][] candidates =
        [.. Enum.GetValues<TileUse>().Select(use => CandidatesFor(use, tiles, tuned))];

    /// <summary>The tiles of a precision that fit a device.</summary>
    public static TileModel For(GpuCapabilities device, MatrixPrecision precision, TunedTiles? tuned)
    {
        Tile[] tiles = precision switch
        {
            MatrixPrecision.Tf32 => InTf32,
            MatrixPrecision.Bfloat16 => InBfloat16,
            _ => Alone,
        };
        Tile[] fitting =
        [
            .. tiles[..^1].Where(t => device.MaxGroupItems >= 32 * t.Warps && device.SharedBytes >= t.Bytes), tiles[^1],
        ];
        return new(device.ComputeUnits, fitting, tuned);
    }

    /// <summary>The tiles that fit.</summary>
    public IEnumerable<ProductForm> Forms => tiles.Select(tile => tile.Form);

    /// <summary>Those that a use may take.</summary>
    public IEnumerable<ProductForm> FormsFor(TileUse use) =>
        candidates[(int)use].Select(candidate => candidate.Tile.Form);

    /// <summary>Whether the choice for a use comes from measurements on the device.</summary>
    public bool IsMeasured(TileUse use) => candidates[(int)use][0].Times is not null;

    /// <summary>The tile and the parts of the least predicted time.</summary>
    /// <param name="use">What is multiplied.</param>
    /// <param name="m">Rows of the result.</param>
    /// <param name="n">Its columns.</param>
    /// <param name="batch">Products.</param>
    /// <param name="depth">Terms of a sum.</param>
    /// <param name="mostParts">Parts that there is memory for; 1 where the sums cannot be taken apart.</param>
    public TileChoice Best(TileUse use, int m, int n, int batch, int depth, int mostParts)
    {
        PredictedTile best = new(tiles[^1].Form, 1, 0, double.PositiveInfinity);
        foreach (Candidate candidate in candidates[(int)use])
            if (Predict(candidate, m, n, batch, depth, mostParts) is var predicted && predicted.Cost < best.Cost)
                best = predicted;
        return new(best.Form, best.Parts);
    }

    /// <summary>What each tile would cost with the parts that suit it, the least first.</summary>
    /// <inheritdoc cref="Best"/>
    public IReadOnlyList<PredictedTile> Candidates(TileUse use, int m, int n, int batch, int depth, int mostParts) =>
    [
        .. candidates[(int)use].Select(candidate => Predict(candidate, m, n, batch, depth, mostParts))
            .OrderBy(predicted => predicted.Cost),
    ];

    /// <summary>The tiles that may be taken: of measured ones, where there are any, only those.</summary>
    static Candidate[] CandidatesFor(TileUse use, Tile[] tiles, TunedTiles? tuned)
    {
        Candidate[] all =
        [
            .. tiles.Where(tile => tile.HoldsTaps || use != TileUse.FilterGradient)
                .Select(tile => new Candidate(tile, tuned?.Find(use, tile.Form))),
        ];
        Candidate[] measured = [.. all.Where(candidate => candidate.Times is not null)];
        return measured.Length > 0 ? measured : all;
    }

    /// <summary>The parts of the least predicted time in one tile.</summary>
    PredictedTile Predict(Candidate candidate, int m, int n, int batch, int depth, int mostParts)
    {
        Tile tile = candidate.Tile;
        int most = Math.Max(1, Math.Min(mostParts, depth / ShortestPart));
        double groups = (double)batch * KernelSize.Groups(m, tile.Size) * KernelSize.Groups(n, tile.Size);
        PredictedTile whole = new(tile.Form, 1, groups, Cost(candidate, groups, depth)), best = whole;
        for (int parts = NextParts(1); parts <= most; parts = NextParts(parts))
        {
            double cost = Cost(candidate, groups * parts, (double)depth / parts)
                + CostOfParts(candidate, (double)parts * m * n * batch);
            if (cost < best.Cost) best = new(tile.Form, parts, groups * parts, cost);
        }
        return candidate.Times is not null && best.Cost > WorthParts * whole.Cost ? whole : best;
    }

    /// <summary>Of a grid.</summary>
    double Cost(Candidate candidate, double groups, double depth)
    {
        if (candidate.Times is { } times) return times.Seconds(TunedTile.LoadOf(groups, units), depth);
        Tile tile = candidate.Tile;
        double each = Math.Ceiling(groups / units), warps = Math.Min(each, tile.Resident) * tile.Warps;
        // Sixteen warps hide a multiprocessor's latencies, few do not.
        double rate = tile.Share * Math.Min(1, 1.375 * warps / (warps + 6));
        return each * tile.Size * tile.Size * (depth + SetupDepth) / rate;
    }

    /// <summary>Of adding up the elements of all parts.</summary>
    double CostOfParts(Candidate candidate, double elements) => candidate.Times is null
        ? Launch + PartElement * elements / units : tuned!.Launch + tuned.PartElement * elements;

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

    /// <summary>A tile that may be taken.</summary>
    /// <param name="Tile">The tile.</param>
    /// <param name="Times">What it takes, where that was measured.</param>
    readonly record struct Candidate(Tile Tile, TunedTile? Times);
}
