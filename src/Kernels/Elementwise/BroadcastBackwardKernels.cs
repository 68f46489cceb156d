using ILGPU;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Reductions;

namespace TripletGpu.Kernels.Elementwise;

/// <summary>
/// Gradients of broadcast operands: each element gathers from the results it took part in, so that nothing needs an
/// atomic and the order of the sum is fixed.
/// </summary>
public static partial class BroadcastBackwardKernels
{
    const int Items = 128;

    /// <summary>
    /// da = the sum over the box of dy * df/da. One group an element of the operand, its items stride through the box,
    /// then a tree in shared memory. Reads 4 to 16 bytes an element of the result, writes 4 an operand's element.
    /// </summary>
    [Kernel(Items)]
    public static void GatherA<TMath>(
        ArrayView<float> a, ArrayView<float> b, ArrayView<float> y, ArrayView<float> dy, ArrayView<float> da,
        BroadcastDims dims, BroadcastBox box, int accumulate)
        where TMath : struct, IBinaryMath
    {
        var partial = SharedMemory.Allocate<float>(Items);
        int item = Group.IdxX, element = Grid.IdxX;
        float sum = 0f;
        for (int j = item; j < box.Count; j += Items)
        {
            int i = box.ResultIndex(element, j, dims);
            sum += TMath.BackwardA(a[dims.OffsetA(i)], b[dims.OffsetB(i)], y[i], dy[i]);
        }
        partial[item] = sum;
        GroupSum.Fold(partial, item, Items);
        if (item == 0)
            da[element] = accumulate != 0 ? da[element] + partial[0] : partial[0];
    }

    /// <summary>db = the sum over the box of dy * df/db, as <see cref="GatherA"/>.</summary>
    [Kernel(Items)]
    public static void GatherB<TMath>(
        ArrayView<float> a, ArrayView<float> b, ArrayView<float> y, ArrayView<float> dy, ArrayView<float> db,
        BroadcastDims dims, BroadcastBox box, int accumulate)
        where TMath : struct, IBinaryMath
    {
        var partial = SharedMemory.Allocate<float>(Items);
        int item = Group.IdxX, element = Grid.IdxX;
        float sum = 0f;
        for (int j = item; j < box.Count; j += Items)
        {
            int i = box.ResultIndex(element, j, dims);
            sum += TMath.BackwardB(a[dims.OffsetA(i)], b[dims.OffsetB(i)], y[i], dy[i]);
        }
        partial[item] = sum;
        GroupSum.Fold(partial, item, Items);
        if (item == 0)
            db[element] = accumulate != 0 ? db[element] + partial[0] : partial[0];
    }

    /// <summary>As <see cref="GatherA"/> with one item an element: for small boxes, or none at all.</summary>
    [Kernel]
    public static void SumByItemA<TMath>(
        Index1D element, [MayAlias] ArrayView<float> a, [MayAlias] ArrayView<float> b, [MayAlias] ArrayView<float> y,
        [MayAlias] ArrayView<float> dy, [MayAlias] ArrayView<float> da, BroadcastDims dims, BroadcastBox box,
        int accumulate)
        where TMath : struct, IBinaryMath
    {
        float sum = 0f;
        for (int j = 0; j < box.Count; j++)
        {
            int i = box.ResultIndex(element, j, dims);
            sum += TMath.BackwardA(a[dims.OffsetA(i)], b[dims.OffsetB(i)], y[i], dy[i]);
        }
        da[element] = accumulate != 0 ? da[element] + sum : sum;
    }

    /// <summary>As <see cref="GatherB"/> with one item an element.</summary>
    [Kernel]
    public static void SumByItemB<TMath>(
        Index1D element, [MayAlias] ArrayView<float> a, [MayAlias] ArrayView<float> b, [MayAlias] ArrayView<float> y,
        [MayAlias] ArrayView<float> dy, [MayAlias] ArrayView<float> db, BroadcastDims dims, BroadcastBox box,
        int accumulate)
        where TMath : struct, IBinaryMath
    {
        float sum = 0f;
        for (int j = 0; j < box.Count; j++)
        {
            int i = box.ResultIndex(element, j, dims);
            sum += TMath.BackwardB(a[dims.OffsetA(i)], b[dims.OffsetB(i)], y[i], dy[i]);
        }
        db[element] = accumulate != 0 ? db[element] + sum : sum;
    }
}
