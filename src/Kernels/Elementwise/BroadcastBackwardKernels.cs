using ILGPU;

namespace TripletGpu.Kernels;

/// <summary>
/// The elements of a result that one element of a broadcast operand takes part in: a box of four axes. Along an axis
/// where the operand is broadcast the box has the result's extent, along others 1.
/// </summary>
/// <param name="Operand1">The operand's extents along the last three axes.</param>
/// <param name="Operand2">As above.</param>
/// <param name="Operand3">As above.</param>
/// <param name="Box0">The box's extents.</param>
/// <param name="Box1">As above.</param>
/// <param name="Box2">As above.</param>
/// <param name="Box3">As above.</param>
public readonly record struct BroadcastBox(
    int Operand1, int Operand2, int Operand3, int Box0, int Box1, int Box2, int Box3)
{
    /// <summary>Elements of the box.</summary>
    public int Count => Box0 * Box1 * Box2 * Box3;
}

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
            int i = ResultIndex(element, j, dims, box);
            sum += TMath.BackwardA(a[dims.OffsetA(i)], b[dims.OffsetB(i)], y[i], dy[i]);
        }
        partial[item] = sum;
        SumGroup(partial, item);
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
            int i = ResultIndex(element, j, dims, box);
            sum += TMath.BackwardB(a[dims.OffsetA(i)], b[dims.OffsetB(i)], y[i], dy[i]);
        }
        partial[item] = sum;
        SumGroup(partial, item);
        if (item == 0)
            db[element] = accumulate != 0 ? db[element] + partial[0] : partial[0];
    }

    /// <summary>Where in the result the j-th element of an operand element's box lies.</summary>
    static int ResultIndex(int element, int j, BroadcastDims dims, BroadcastBox box)
    {
        int axis3 = element % box.Operand3 + j % box.Box3;
        int axis2 = element / box.Operand3 % box.Operand2 + j / box.Box3 % box.Box2;
        int axis1 = element / (box.Operand3 * box.Operand2) % box.Operand1 + j / (box.Box3 * box.Box2) % box.Box1;
        int axis0 = element / (box.Operand3 * box.Operand2 * box.Operand1) + j / (box.Box3 * box.Box2 * box.Box1);
        return ((axis0 * dims.Extent1 + axis1) * dims.Extent2 + axis2) * dims.Extent3 + axis3;
    }

    /// <summary>partial[0] = the sum of partial: halves the number of live items until one is left.</summary>
    static void SumGroup(ArrayView<float> partial, int item)
    {
        Group.Barrier();
        for (int half = Items / 2; half > 0; half /= 2)
        {
            if (item < half)
                partial[item] += partial[item + half];
            Group.Barrier();
        }
    }
}
