using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Backends.Gpu.MetricLearning;

/// <summary>
/// Mining, its gradient and nearest neighbours on a GPU. Nothing waits for the device and nothing comes back to the
/// host. Besides the results it takes N D floats for the packed embeddings, some tens of bytes a row, and for a large
/// batch a strip of distances (<see cref="LaunchPlan.AnchorsOfAStrip"/>).
/// </summary>
sealed class GpuMetricLearning(IGpuDriver driver, LaunchPlan plan, GpuScratch scratch) : IMetricLearning
{
    readonly GpuTripletGradient gradient = new(driver, plan, scratch);

    public void MineTriplets(
        Tensor embeddings, Tensor? labels, TripletSettings settings, TripletTable table, Tensor loss)
    {
        if (plan.UsesPanels) Mine<RowItem>(embeddings, labels, settings, table, loss);
        else Mine<RowGroup>(embeddings, labels, settings, table, loss);
    }

    public void TripletGradient(
        Tensor embeddings, Tensor? labels, TripletSettings settings, TripletTable table, Tensor dy, Gradient dx)
    {
        if (!dx.IsNeeded) return;
        if (plan.UsesPanels) gradient.Compute<RowItem>(embeddings, labels, settings, table, dy, dx);
        else gradient.Compute<RowGroup>(embeddings, labels, settings, table, dy, dx);
    }

    public void NearestNeighbours(
        Tensor queries, Tensor references, int self, int first, Tensor indices, Tensor distances)
    {
        if (plan.UsesPanels) Find<RowItem>(queries, references, self, first, indices, distances);
        else Find<RowGroup>(queries, references, self, first, indices, distances);
    }

    void Mine<TShape>(Tensor embeddings, Tensor? labels, TripletSettings settings, TripletTable table, Tensor loss)
        where TShape : struct, IRowShape
    {
        int n = embeddings.Shape[0];
        var batch = new MiningScratch(scratch, n);
        MiningDims dims = Dims(embeddings, settings);
        int anchors = dims.End - dims.First;
        if (labels is null)
        {
            if (anchors < n / 3)
                LeftOutKernels.LaunchGiven(driver, n / 3, table.Triplets.Ints(), table.Losses.Floats(), dims);
            if (anchors > 0)
                TripletTotalKernels.LaunchGiven(
                    driver, anchors, embeddings.Floats(), table.Triplets.Ints(), table.Losses.Floats(), batch.Counts,
                    batch.Sums, dims);
        }
        else
        {
            batch.BuildClasses(driver, labels);
            if (anchors < n)
                LeftOutKernels.LaunchPairs(
                    driver, n, batch.Classes, table.Triplets.Ints(), table.Losses.Floats(), dims);
            if (anchors > 0) MineAnchors<TShape>(embeddings, table, batch, dims, settings);
        }
        TripletTotalKernels.LaunchTotal(
            driver, 1, batch.Classes, batch.Counts, batch.Sums, table.Statistics.Ints(), loss.Floats(), dims);
    }

    void MineAnchors<TShape>(
        Tensor embeddings, TripletTable table, MiningScratch batch, MiningDims dims, TripletSettings settings)
        where TShape : struct, IRowShape
    {
        DeviceView<float> packed = PackedRows.Of(embeddings, driver, scratch);
        if (dims.N < plan.LeastMeasured)
        {
            Mine<TShape>(embeddings, packed, table, batch, dims, settings);
            return;
        }
        int each = plan.AnchorsOfAStrip(dims.N);
        for (int first = dims.First; first < dims.End;)
        {
            int start = StripDims.FirstOf(first), end = Math.Min(start + each, dims.End);
            DeviceView<float> strip = Measure(packed, new(dims.N, dims.D, start), end - start);
            MiningDims part = dims with { First = first, End = end, IsMeasured = 1 };
            Mine<TShape>(embeddings, strip, table, batch, part, settings);
            first = end;
        }
    }

    /// <summary>The distances from so many rows to all, in scratch memory.</summary>
    DeviceView<float> Measure(DeviceView<float> packed, StripDims dims, int rows)
    {
        int tiles = KernelSize.Groups(rows, DistanceKernels.Side);
        DeviceView<float> strip = scratch.Take(ScratchUse.Distances, (long)tiles * DistanceKernels.Side * dims.Width);
        DistanceKernels.LaunchMeasure(driver, (dims.Width / DistanceKernels.Side, tiles), packed, strip, dims);
        return strip;
    }

    void Mine<TShape>(
        Tensor embeddings, DeviceView<float> packed, TripletTable table, MiningScratch batch, MiningDims dims,
        TripletSettings settings) where TShape : struct, IRowShape
    {
        int anchors = dims.End - dims.First;
        if (TakesNearest(dims.Rule))
            TripletMiningKernels.LaunchMineNearest<TShape>(
                driver, anchors, embeddings.Floats(), packed, batch.Classes, table.Triplets.Ints(),
                table.Losses.Floats(), batch.Counts, batch.Sums, dims);
        else if (dims.Rule == MiningRule.DistanceWeighted)
            WeightedMiningKernels.LaunchMineWeighted<TShape>(
                driver, anchors, embeddings.Floats(), packed, batch.Classes, table.Triplets.Ints(),
                table.Losses.Floats(), batch.Counts, batch.Sums, dims);
        else
            TripletMiningKernels.LaunchMineEvery<TShape>(
                driver, anchors, embeddings.Floats(), packed, batch.Classes, table.Triplets.Ints(),
                table.Losses.Floats(), batch.Counts, batch.Sums, dims);
        MineLarge<TShape>(embeddings, packed, table, batch, dims, settings);
    }

    /// <summary>
    /// The anchors of classes too large for shared memory. The size of the table tells how large a class can be, so
    /// most batches need no launch; where one is needed, groups without such an anchor end at once.
    /// </summary>
    void MineLarge<TShape>(
        Tensor embeddings, DeviceView<float> packed, TripletTable table, MiningScratch batch, MiningDims dims,
        TripletSettings settings) where TShape : struct, IRowShape
    {
        int positives = MostPositives(dims.N, settings.TakesOneAnAnchor ? null : table.Losses.Count);
        if (positives < dims.Fitting) return;
        (int groups, int stride) = plan.Workspaces(positives + 1, dims.N);
        DeviceView<uint> workspaces = scratch.Take<uint>(ScratchUse.Workspaces, 4L * groups * stride);
        dims = dims with { Stride = stride };
        if (TakesNearest(dims.Rule))
            TripletMiningKernels.LaunchMineNearestLarge<TShape>(
                driver, groups, embeddings.Floats(), packed, batch.Classes, table.Triplets.Ints(),
                table.Losses.Floats(), batch.Counts, batch.Sums, workspaces, dims);
        else if (dims.Rule == MiningRule.DistanceWeighted)
            WeightedMiningKernels.LaunchMineWeightedLarge<TShape>(
                driver, groups, embeddings.Floats(), packed, batch.Classes, table.Triplets.Ints(),
                table.Losses.Floats(), batch.Counts, batch.Sums, workspaces, dims);
        else
            TripletMiningKernels.LaunchMineEveryLarge<TShape>(
                driver, groups, embeddings.Floats(), packed, batch.Classes, table.Triplets.Ints(),
                table.Losses.Floats(), batch.Counts, batch.Sums, workspaces, dims);
    }

    static bool TakesNearest(MiningRule rule) =>
        rule is MiningRule.Semihard or MiningRule.Facenet or MiningRule.Hard or MiningRule.EasyPositive
            or MiningRule.EasyPositiveHard;

    /// <summary>The most positives an anchor can have among N rows that form so many ordered pairs.</summary>
    static int MostPositives(int n, long? pairs)
    {
        if (pairs is not { } count) return n - 1;
        long positives = (long)Math.Sqrt(count) + 1; // K + 1 rows of one class form (K + 1) K pairs
        while (positives > 0 && positives * (positives + 1) > count) positives--;
        return (int)Math.Min(positives, n - 1);
    }

    void Find<TShape>(Tensor queries, Tensor references, int self, int first, Tensor indices, Tensor distances)
        where TShape : struct, IRowShape
    {
        var dims = new NeighbourDims(
            queries.Shape[0], references.Shape[0], queries.Shape[1], indices.Shape[1], self, first);
        int groups = KernelSize.Groups(dims.Queries, NearestNeighbourKernels.Queries);
        NearestNeighbourKernels.LaunchFind<TShape>(
            driver, groups, queries.Floats(), PackedRows.Of(references, driver, scratch), indices.Ints(),
            distances.Floats(), dims);
    }

    MiningDims Dims(Tensor embeddings, TripletSettings settings)
    {
        ulong stream = Streams.Mining + settings.Draw;
        int rows = embeddings.Shape[0];
        AnchorRange own = settings.AnchorsOf(settings.Rule == MiningRule.Explicit ? rows / 3 : rows);
        return new(
            embeddings.Shape[0], embeddings.Shape[1], settings.Rule, settings.EffectiveReduction,
            settings.Distance == TripletDistance.Squared ? 1 : 0, settings.Margin, plan.FittingPositives, Stride: 0,
            own.First, own.End,
            (uint)settings.Seed,
            (uint)(settings.Seed >> 32), (uint)stream, (uint)(stream >> 32), AngularTriplets.Factor(settings.Angle));
    }
}
