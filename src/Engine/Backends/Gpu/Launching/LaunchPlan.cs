using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.Kernels.Normalization;

namespace TripletGpu.Backends.Gpu.Launching;

/// <summary>
/// Chooses kernels and sizes from the shapes and the device's capabilities. Decides nothing that a device must answer.
/// </summary>
/// <param name="device">The device's capabilities.</param>
public sealed class LaunchPlan(GpuCapabilities device)
{
    const int CpuBlock = 512;

    // Panels of fewer steps are not worth a part of their own; the parts are summed in another pass.
    const int ShortestPart = 512;

    // A CPU's threads take groups one by one: some for each level out what takes longer.
    const int CpuGroupsEach = 4;

    // As many as are packed at a time: with more too few groups were left, and PoCL took longer.
    const int MostPanelsEach = 2;

    // The results of two panels, which each block of the depth adds to, are 295 KB then and stay in a cache.
    const int MostProductRows = 1152;

    /// <summary>Items of a group that a device must allow: sums and the mining of a GPU have so many.</summary>
    public const int LeastGroupItems = 128;

    /// <summary>
    /// Shared memory that a group must have: a 64 x 64 tile's on tensor cores, which is less than OpenCL's and CUDA's
    /// least.
    /// </summary>
    public const int LeastSharedBytes = 14_848;

    // Of a convolution in panels.
    const int PanelBytes = 32_384;

    const long WorkspaceBytes = 32 << 20;

    TileModel tiles = TileModel.For(device, MatrixPrecision.Float32, tuned: null);

    /// <summary>How products multiply. On tensor cores all of them do, in tiles.</summary>
    public MatrixPrecision Precision
    {
        get;
        set
        {
            field = value;
            tiles = TileModel.For(device, value, Tuned);
        }
    }

    /// <summary>
    /// What tiles take on this device, where that was measured: it takes the place of what is guessed of GPUs. The
    /// choices it leads to may sum in another order, and so differ in the last bits.
    /// </summary>
    public TunedTiles? Tuned
    {
        get;
        init
        {
            field = value;
            tiles = TileModel.For(device, Precision, value);
        }
    }

    /// <summary>Whether products run in panels, whose second operand is packed first.</summary>
    public bool UsesPanels
    {
        get => field && Precision == MatrixPrecision.Float32;
        init;
    } = device.TakesLongItems && device.SharedBytes >= PanelBytes;

    /// <summary>
    /// Elements that an item takes where it may take several neighbours: a GPU's items read side by side, a CPU's
    /// loop over vectors.
    /// </summary>
    public int ElementsEach => device.TakesLongItems ? CpuBlock : 1;

    /// <summary>
    /// Whether one item sums what a group would with a tree in shared memory: on a CPU a group is one thread, and each
    /// barrier a loop over its items.
    /// </summary>
    public bool SumsByItem => device.TakesLongItems;

    /// <summary>Whether each core has an item or more, which take long.</summary>
    /// <param name="items">The items.</param>
    public bool ItemsFill(int items) => items >= device.ComputeUnits;

    /// <summary>Why kernels do not fit the device, in one line; empty where they do.</summary>
    public static string Misfit(GpuCapabilities device) =>
        device.MaxGroupItems >= LeastGroupItems && device.SharedBytes >= LeastSharedBytes ? ""
            : $"a group may have {device.MaxGroupItems:N0} items and {device.SharedBytes:N0} bytes of shared memory,"
            + $" but kernels take up to {LeastGroupItems} and {LeastSharedBytes:N0}";

    /// <summary>The tile that products take wherever they may, instead of the one of the least predicted
    /// time.</summary>
    public ProductForm? Tile { get; init; }

    /// <summary>Whether the depth of a product in tiles may be computed in parts.</summary>
    public bool SplitsDepth { get; init; } = true;

    /// <summary>The tiles that fit the device, in the precision in force.</summary>
    public IEnumerable<ProductForm> Tiles => tiles.Forms;

    /// <summary>Those of them that a use may take.</summary>
    public IEnumerable<ProductForm> TilesFor(TileUse use) => tiles.FormsFor(use);

    /// <summary>Told what was chosen for each product, and from what; null, as a rule.</summary>
    public Action<ProductPlan>? Observer { get; set; }

    /// <summary>How a batch of products of M x K and K x N runs, each in one part.</summary>
    public ProductForm Product(int m, int n, int k, int batch) =>
        UsesPanels ? TellPanels(m, n, k, batch) : Choose(TileUse.Product, m, n, k, batch, mostParts: 1).Form;

    /// <summary>
    /// The form of a tile that reads matrices 16 bytes at a time where they lie so, a load with its address in the
    /// place of four; of others, that one itself.
    /// </summary>
    /// <param name="form">The tile.</param>
    /// <param name="rows">How the first matrix may be staged, <see cref="GemmDims.Rows"/>.</param>
    /// <param name="columns">How the second may be, <see cref="GemmDims.Columns"/>.</param>
    public static ProductForm Staged(ProductForm form, int rows, int columns) =>
        ProductTile.Staged(form, rows, columns);

    /// <summary>A tile, and all that takes its place where operands lie so that 16 bytes are read at a time.</summary>
    public static IEnumerable<ProductForm> StagedForms(TileUse use, ProductForm form)
    {
        if (use != TileUse.Product) return new[] { form, ConvolutionTile.InQuads(form) }.Distinct();
        int[] all = [Staging.Apart, Staging.Fours, Staging.Quads];
        return all.SelectMany(rows => all.Select(columns => Staged(form, rows, columns))).Distinct();
    }

    /// <summary>The tile of a product whose depth may be computed in parts, and these.</summary>
    /// <param name="m">Rows.</param>
    /// <param name="n">Columns.</param>
    /// <param name="k">Terms of a sum.</param>
    /// <param name="results">Elements that each part needs in the workspace.</param>
    /// <param name="use">
    /// What is multiplied; a gradient of filters takes only tiles that are <see cref="ITapTile"/>.
    /// </param>
    public TileChoice ProductInParts(int m, int n, int k, long results, TileUse use = TileUse.Convolution)
    {
        long fitting = SplitsDepth ? WorkspaceBytes / Math.Max(1, results * sizeof(float)) : 1;
        return Choose(use, m, n, k, 1, (int)Math.Min(int.MaxValue, fitting));
    }

    TileChoice Choose(TileUse use, int m, int n, int k, int batch, int mostParts)
    {
        if (Tile is null && Observer is null) return tiles.Best(use, m, n, batch, k, mostParts);
        IReadOnlyList<PredictedTile> all = tiles.Candidates(use, m, n, batch, k, mostParts);
        PredictedTile taken = all.Any(tile => tile.Form == Tile) ? all.First(tile => tile.Form == Tile) : all[0];
        Observer?.Invoke(new(m, n, k, batch, taken, all, IsAsked: taken.Form == Tile, tiles.IsMeasured(use)));
        return new(taken.Form, taken.Parts);
    }

    /// <summary>Tells who watches that a product runs in panels.</summary>
    internal ProductForm TellPanels(int m, int n, int k, int batch = 1)
    {
        Observer?.Invoke(new(m, n, k, batch, new(ProductForm.Panels, 1, 0, 0), [], IsAsked: false, IsMeasured: false));
        return ProductForm.Panels;
    }

    /// <summary>
    /// In how many parts the depth of a product in panels is computed, so that few groups fill the device too.
    /// </summary>
    /// <param name="groups">The groups of one part.</param>
    /// <param name="depth">Terms of a sum.</param>
    public int PanelParts(int groups, int depth) =>
        Math.Clamp(CpuGroupsEach * device.ComputeUnits / groups, 1, Math.Max(1, depth / ShortestPart));

    /// <summary>
    /// The rows of a product in panels, filters of a convolution, that a group takes: all, where the panels alone fill
    /// the device, since each group gathers its own anew.
    /// </summary>
    /// <param name="panels">Panels of all products: of columns, or pixels.</param>
    /// <param name="rows">All rows, or filters.</param>
    public int RowsEach(int panels, int rows) =>
        RowsOfAPart(rows, (int)Math.Max(1, (long)CpuGroupsEach * device.ComputeUnits / panels));

    /// <summary>
    /// The rows of a product in panels that a group takes: as <see cref="RowsEach"/>, and so few that its results stay
    /// in a cache from one block of the depth to the next.
    /// </summary>
    /// <inheritdoc cref="RowsEach"/>
    public int ProductRowsEach(int panels, int rows) =>
        Math.Min(RowsEach(panels, rows), RowsOfAPart(rows, KernelSize.Groups(rows, MostProductRows)));

    /// <summary>The rows of one of even parts, in whole tiles.</summary>
    static int RowsOfAPart(int rows, int parts) =>
        KernelSize.Groups(KernelSize.Groups(rows, parts), PanelTile.Rows) * PanelTile.Rows;

    /// <summary>
    /// The panels of a product that a group takes: several where enough groups are left for a CPU's threads, since each
    /// group reads its rows of A from memory, and its panels those from a cache.
    /// </summary>
    /// <param name="panels">Panels of all products.</param>
    public int PanelsEach(int panels) => Math.Clamp(panels / (CpuGroupsEach * device.ComputeUnits), 1, MostPanelsEach);

    /// <summary>
    /// In how many parts a channel's elements are summed, so that the groups of all channels fill the device: sixteen
    /// on each multiprocessor, of at least eight elements an item.
    /// </summary>
    /// <param name="channels">Channels.</param>
    /// <param name="elements">Elements of a channel.</param>
    public int ChannelParts(int channels, int elements)
    {
        const int groupsEach = 16, elementsEach = 8 * BatchNormKernels.Items;
        int wanted = groupsEach * device.ComputeUnits / Math.Max(1, channels);
        return Math.Clamp(wanted, 1, Math.Max(1, elements / elementsEach));
    }

    /// <summary>Positives an anchor may have, and one more, to be mined in shared memory.</summary>
    public int FittingPositives { get; init; } = TripletMiningKernels.SharedSlots;

    /// <summary>
    /// How many anchors with many positives are mined at a time, and the slots of the workspace (four words each) that
    /// each takes from global memory: 32 MB altogether, or one anchor's.
    /// </summary>
    public (int Groups, int Stride) Workspaces(int slots, int anchors)
    {
        long fit = Math.Max(1, WorkspaceBytes / (16L * slots));
        long wanted = Math.Min(anchors, device.TakesLongItems ? 2L * device.ComputeUnits : 16L * device.ComputeUnits);
        return ((int)Math.Max(1, Math.Min(fit, wanted)), slots);
    }

    /// <summary>
    /// Rows from which on a batch's distances are measured in tiles before it is mined, strip by strip. An anchor that
    /// is mined in one launch reads N D floats from a cache, all of them N^2 D: a millisecond at 4,096 rows of 128, and
    /// sixteen at 16,384. A smaller batch has no strip. Nor has a device that is a CPU: an item reads for 32 distances
    /// at once there.
    /// </summary>
    public int LeastMeasured { get; init; } = device.TakesLongItems ? int.MaxValue : 4096;

    /// <summary>
    /// How many anchors of a batch of N are mined from one strip of distances, in whole tiles: as many groups as fill
    /// the device, in 128 MB at most.
    /// </summary>
    /// <param name="n">Rows.</param>
    public int AnchorsOfAStrip(int n)
    {
        const int groupsEach = 16, side = DistanceKernels.Side;
        long fitting = 4 * WorkspaceBytes / (sizeof(float) * (long)StripDims.WidthOf(n)) / side;
        return side * (int)Math.Clamp(fitting, 1, KernelSize.Groups(groupsEach * device.ComputeUnits, side));
    }

    /// <summary>
    /// Elements of the table, times rows where one item goes through them, up to which each row of the batch looks
    /// through all triplets for those that name it: about as long as the five launches of an index.
    /// </summary>
    public int LongestScan { get; init; } = device.TakesLongItems ? 1 << 16 : 2048;

    /// <summary>Whether an index of the table of triplets is built.</summary>
    /// <param name="rows">Rows of the batch.</param>
    /// <param name="triplets">Rows of the table.</param>
    public bool IndexesTriplets(int rows, int triplets) =>
        (device.TakesLongItems ? (long)rows * triplets : triplets) > LongestScan;

    /// <summary>In how many parts a table of triplets is counted: each takes a number a row of the batch.</summary>
    public int IndexBlocks(int triplets) => Math.Clamp(triplets / 256, 1, device.TakesLongItems ? 16 : 64);
}
