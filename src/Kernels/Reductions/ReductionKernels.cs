using ILGPU;
using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Reductions;

/// <summary>
/// A tensor seen as outer x reduced x inner; the middle axis goes away. A row sum has inner 1, a column sum outer 1, a
/// sum over N, H and W for each channel is two passes.
/// </summary>
public readonly record struct ReduceDims(int Outer, int Reduced, int Inner);

/// <summary>
/// Sums. Deterministic: the order of a sum depends on the shape alone. Bound by memory, 4 bytes read an element.
/// </summary>
public static partial class ReductionKernels
{
    const int Items = 128, Lanes = 16;

    /// <summary>
    /// y[o, i] = scale * the sum over r of x[o, r, i], or adds it. One item a result, sixteen partial sums along the
    /// reduced axis: no barrier, vectors on a CPU, and error that grows with a sixteenth of the length.
    /// </summary>
    [Kernel]
    public static void SumByItem(Index1D index, ArrayView<float> x, ArrayView<float> y, ReduceDims dims, float scale,
        int accumulate)
    {
        int outer = index / dims.Inner, inner = index % dims.Inner;
        var from = x.SubView(outer * dims.Reduced * dims.Inner + inner, (dims.Reduced - 1) * dims.Inner + 1);
        var sums = LocalMemory.Allocate<float>(Lanes);
        for (int lane = 0; lane < Lanes; lane++)
            sums[lane] = 0f;
        int full = dims.Reduced / Lanes * Lanes;
        for (int r = 0; r < full; r += Lanes)
            for (int lane = 0; lane < Lanes; lane++)
                sums[lane] += from[(r + lane) * dims.Inner];
        float total = 0f;
        for (int r = full; r < dims.Reduced; r++)
            total += from[r * dims.Inner];
        for (int lane = 0; lane < Lanes; lane++)
            total += sums[lane];
        y[index] = accumulate != 0 ? y[index] + scale * total : scale * total;
    }

    /// <summary>
    /// y = scale * the sum of the elements of x in an element's box, or adds it: a sum over any axes. One group an
    /// element, its items stride through the box, then a tree in shared memory. An item's sum is as precise as one in
    /// double.
    /// </summary>
    [Kernel(Items)]
    public static void SumBox(
        ArrayView<float> x, ArrayView<float> y, BroadcastDims dims, BroadcastBox box, float scale, int accumulate)
    {
        var partial = SharedMemory.Allocate<float>(Items);
        int item = Group.IdxX, element = Grid.IdxX;
        float sum = 0f, rest = 0f;
        for (int j = item; j < box.Count; j += Items)
            TwoSum.Add(ref sum, ref rest, x[box.ResultIndex(element, j, dims)]);
        partial[item] = TwoSum.Total(sum, rest);
        GroupSum.Fold(partial, item, Items);
        if (item == 0)
            y[element] = accumulate != 0 ? y[element] + scale * partial[0] : scale * partial[0];
    }

    /// <summary>The same with one item an element: for small boxes.</summary>
    [Kernel]
    public static void SumBoxByItem(
        Index1D element, ArrayView<float> x, ArrayView<float> y, BroadcastDims dims, BroadcastBox box, float scale,
        int accumulate)
    {
        float sum = 0f;
        for (int j = 0; j < box.Count; j++)
            sum += x[box.ResultIndex(element, j, dims)];
        y[element] = accumulate != 0 ? y[element] + scale * sum : scale * sum;
    }

    /// <summary>
    /// y[j] = the sum over i of x[i, j], or adds it, as precise as one in double. One item a column. The CPU
    /// backend sums in double and gets the same bits.
    /// </summary>
    [Kernel]
    public static void SumRows(
        Index1D j, ArrayView<float> x, ArrayView<float> y, int rows, int columns, int accumulate)
    {
        float sum = accumulate != 0 ? y[j] : 0f, rest = 0f;
        for (int i = 0; i < rows; i++)
            TwoSum.Add(ref sum, ref rest, x[i * columns + j]);
        y[j] = TwoSum.Total(sum, rest);
    }

    /// <summary>
    /// x broadcast along the reduced axis: y[o, r, i] = scale * x[o, i], or adds it. Parallel over y.
    /// </summary>
    [Kernel]
    public static void Spread(Index1D index, ArrayView<float> x, ArrayView<float> y, ReduceDims dims, float scale,
        int accumulate)
    {
        int outer = index / (dims.Reduced * dims.Inner), inner = index % dims.Inner;
        float value = scale * x[outer * dims.Inner + inner];
        y[index] = accumulate != 0 ? y[index] + value : value;
    }
}
