using ILGPU;

namespace TripletGpu.Kernels;

/// <summary>
/// A tensor seen as outer x reduced x inner; the middle axis goes away. A row sum has inner 1, a column sum outer 1, a
/// sum over N, H and W for each channel is two passes.
/// </summary>
public readonly record struct ReduceDims(int Outer, int Reduced, int Inner);

/// <summary>
/// Sums and maxima by access pattern. Deterministic: the order of a sum depends on the shape alone. Bound by memory,
/// 4 bytes read an element.
/// </summary>
public static partial class ReductionKernels
{
    const int Items = 128;

    /// <summary>
    /// y[o] = scale * the sum of row o (inner 1), or adds it. One group a row: strided partial sums, then a tree in shared
    /// memory. For a GPU and long rows.
    /// </summary>
    [Kernel(Items)]
    public static void SumRowsByGroup(ArrayView<float> x, ArrayView<float> y, ReduceDims dims, float scale, int accumulate)
    {
        var partial = SharedMemory.Allocate<float>(Items);
        int item = Group.IdxX, row = Grid.IdxX;
        float sum = 0f;
        for (int j = item; j < dims.Reduced; j += Items)
            sum += x[row * dims.Reduced + j];
        partial[item] = sum;
        Group.Barrier();
        for (int half = Items / 2; half > 0; half /= 2)
        {
            if (item < half)
                partial[item] += partial[item + half];
            Group.Barrier();
        }
        if (item == 0)
            y[row] = accumulate != 0 ? y[row] + scale * partial[0] : scale * partial[0];
    }

    /// <summary>
    /// y[o, i] = scale * the sum over r of x[o, r, i], or adds it. One item a result, sixteen partial sums along the reduced
    /// axis: no barrier, vectors on a CPU, and error that grows with a sixteenth of the length.
    /// </summary>
    [Kernel]
    public static void SumByItem(Index1D index, ArrayView<float> x, ArrayView<float> y, ReduceDims dims, float scale, int accumulate)
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

    const int Lanes = 16;

    /// <summary>x broadcast along the reduced axis: y[o, r, i] = scale * x[o, i], or adds it. Parallel over y.</summary>
    [Kernel]
    public static void Spread(Index1D index, ArrayView<float> x, ArrayView<float> y, ReduceDims dims, float scale, int accumulate)
    {
        int outer = index / (dims.Reduced * dims.Inner), inner = index % dims.Inner;
        float value = scale * x[outer * dims.Inner + inner];
        y[index] = accumulate != 0 ? y[index] + value : value;
    }
}
