using ILGPU;

namespace TripletGpu.Kernels.Reductions;

/// <summary>The sum over a group's items as a tree in shared memory.</summary>
public static class GroupSum
{
    /// <summary>
    /// partial[0] = the sum of partial, one element an item: halves the number of live items until one is left. Begins
    /// and ends with a barrier.
    /// </summary>
    public static void Fold(ArrayView<float> partial, int item, int items)
    {
        Group.Barrier();
        for (int half = items / 2; half > 0; half /= 2)
        {
            if (item < half)
                partial[item] += partial[item + half];
            Group.Barrier();
        }
    }
}
