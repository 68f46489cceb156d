using ILGPU;
using ILGPU.Runtime;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Functions;

namespace Snapshots;

public readonly struct Window(int height, int width, int size)
{
    public readonly int Height = height, Width = width, Size = size;

    public int Count => (Height - Size + 1) * (Width - Size + 1);

    public int Row(int i) => i / (Width - Size + 1);
}

public static partial class MemoryKernels
{
    const int Items = 64;

    /// <summary>Views in three spaces through one helper, lengths where asked, vectors, atomics, barriers.</summary>
    [Kernel(Items)]
    public static void Spaces(ArrayView<float> x, [MayAlias] ArrayView<float> y, ArrayView<int> counts, ArrayView<uint> bits, Window window)
    {
        var partial = SharedMemory.Allocate<float>(Items);
        var own = LocalMemory.Allocate<float>(4);
        int item = Group.IdxX;
        for (int j = 0; j < 4; j++)
            own[j] = x[item * 4 + j];
        partial[item] = Sum(x.SubView(item * 4, 4)) + Sum(own);
        Group.Barrier();

        var rest = partial;
        if (window.Count > 3)
            rest = partial.SubView(1, Items - 1);
        var vector = y.SubView(item * 4, 4).Cast<Float4>();
        vector[0] = new Float4(Sum(rest), vector[0].X, own[1], 0f);
        Atomic.Add(ref counts[window.Row(item)], 1);
        Atomic.Max(ref bits[0], (uint)item);
        Atomic.Add(ref y[0], 1f);
    }

    static float Sum(ArrayView<float> values)
    {
        float sum = 0f;
        for (int i = 0; i < values.IntLength; i++)
            sum += values[i];
        return sum;
    }

    /// <summary>A two-dimensional index.</summary>
    [Kernel]
    public static void Transpose(Index2D i, ArrayView<float> x, ArrayView<float> y, int rows, int columns)
    {
        y[i.X * rows + i.Y] = x[i.Y * columns + i.X];
    }
}
