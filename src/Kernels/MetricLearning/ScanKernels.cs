using ILGPU;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>Running sums of whole numbers.</summary>
public static partial class ScanKernels
{
    const int Items = 128;

    /// <summary>
    /// x[i] = the sum of what stood before i, for i = 0 .. n, in each list of n + 1 numbers. One group a list, one list
    /// behind the other: an item sums a run of neighbours, the runs' sums meet in shared memory. Read twice and written
    /// once, 12 bytes a number. A sum beyond 31 bits wraps.
    /// </summary>
    [Kernel(Items)]
    public static void Exclusive(ArrayView<int> lists, int n)
    {
        var sums = SharedMemory.Allocate<int>(Items);
        var x = lists.SubView(Grid.IdxX * (n + 1), n + 1);
        int item = Group.IdxX, each = (n + Items - 1) / Items;
        int from = Math.Min(item * each, n), to = Math.Min(from + each, n);
        int sum = 0;
        for (int i = from; i < to; i++)
            sum = unchecked(sum + x[i]);
        sums[item] = sum;
        Group.Barrier();
        int before = 0;
        for (int other = 0; other < item; other++)
            before = unchecked(before + sums[other]);
        for (int i = from; i < to; i++)
        {
            int value = x[i];
            x[i] = before;
            before = unchecked(before + value);
        }
        if (item == Items - 1)
            x[n] = before;
    }
}
