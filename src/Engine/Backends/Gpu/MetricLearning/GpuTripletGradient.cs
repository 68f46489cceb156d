using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;

namespace TripletGpu.Backends.Gpu.MetricLearning;

/// <summary>
/// The gradient of a triplet loss on a GPU: an index of a large table, then every row gathers its own sum.
/// </summary>
sealed class GpuTripletGradient(IGpuDriver driver, LaunchPlan plan, GpuScratch scratch)
{
    /// <summary>See <see cref="IMetricLearning.TripletGradient"/>.</summary>
    public void Compute<TShape>(
        Tensor embeddings, Tensor? labels, TripletSettings settings, TripletTable table, Tensor dy, Gradient dx)
        where TShape : struct, IRowShape
    {
        var dims = new TripletGradientDims(
            embeddings.Shape[0], embeddings.Shape[1], table.Losses.Items(), settings.Rule,
            settings.Distance == TripletDistance.Squared ? 1 : 0, settings.Margin, dx.Adds(),
            AngularTriplets.Factor(settings.Angle));
        LaunchSize groups = (dims.N, TripletGradientKernels.Parts<TShape>(dims.D));
        if (settings.TakesEveryTriplet)
        {
            var batch = new MiningScratch(scratch, dims.N);
            batch.BuildClasses(driver, labels!);
            TripletGradientKernels.LaunchEvery<TShape>(
                driver, groups, embeddings.Floats(), PackedRows.Of(embeddings, driver, scratch), batch.Classes,
                table.Triplets.Ints(), table.Losses.Floats(), table.Statistics.Ints(), dy.Floats(),
                dx.Target!.Floats(), dims);
            return;
        }
        DeviceView<int> starts = table.Triplets.Ints(), entries = starts; // not read without an index
        if (plan.IndexesTriplets(dims.N, dims.Count)) (starts, entries) = BuildIndex<TShape>(table, dims);
        else dims = dims with { IsIndexed = 0 };
        TripletGradientKernels.LaunchListed<TShape>(
            driver, groups, embeddings.Floats(), table.Triplets.Ints(), table.Losses.Floats(), starts, entries,
            table.Statistics.Ints(), dy.Floats(), dx.Target!.Floats(), dims);
    }

    (DeviceView<int> Starts, DeviceView<int> Entries) BuildIndex<TShape>(TripletTable table, TripletGradientDims dims)
        where TShape : struct, IRowShape
    {
        int blocks = plan.IndexBlocks(dims.Count), counted = KernelSize.Of((long)blocks * dims.N);
        DeviceView<int> all = scratch.Take<int>(
            ScratchUse.Packed, (long)counted + dims.N + 1 + Math.Max(1, 2L * dims.Count));
        DeviceView<int> counters = all.Slice(0, counted), starts = all.Slice(counted, dims.N + 1);
        DeviceView<int> entries = all.Slice(counted + dims.N + 1, Math.Max(1, 2 * dims.Count));
        var index = new TripletIndexDims(dims.N, dims.Count, blocks);
        Visit(fill: 0);
        TripletIndexKernels.LaunchAddBlocks(driver, dims.N, counters, starts, index);
        ScanKernels.LaunchExclusive(driver, 1, starts, dims.N);
        TripletIndexKernels.LaunchPlaceBlocks(driver, dims.N, counters, starts, index);
        Visit(fill: 1);
        return (starts, entries);

        void Visit(int fill) => TripletIndexKernels.LaunchVisit<TShape>(
            driver, blocks, table.Triplets.Ints(), table.Losses.Floats(), counters, entries, index, fill);
    }
}
