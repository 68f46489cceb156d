using TripletGpu.Kernels.Pooling;
using static TripletGpu.Kernels.Tests.Suite.KernelMemory;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>Pooling: windows that overlap, end beyond the plane, and leave elements out.</summary>
public static class PoolingKernelCases
{
    const int Planes = 3;

    // 3 x 3 with stride 2 on 6 x 5, padding on all sides; 2 x 1 with stride 3 on 7 x 4, which skips lines and columns.
    static readonly PlaneWindow[] Windows =
        [new(6, 5, 3, 3, 3, 3, 2, 2, 1, 1, 1, 1), new(7, 4, 2, 2, 2, 1, 3, 3, 0, 0, 0, 0)];

    public static IEnumerable<KernelCase> Cases => Windows.SelectMany(Of);

    static IEnumerable<KernelCase> Of(PlaneWindow d)
    {
        int x = Planes * d.H * d.W, y = Planes * d.P * d.Q;
        KernelMemory taps = Of([.. Enumerable.Range(0, y).Select(i => (float)(i % (d.R * d.S)))]);
        KernelMemory withZero = Of([.. Enumerable.Range(0, y).Select(i => i % 4 * 0.5f)]);
        return
        [
            new("PoolingKernels.Max", y, Special(x), Out(y), Out(y), d),
            new("PoolingKernels.MaxBackward", x, taps, In(y), Out(x), d, 0),
            new("PoolingKernels.MaxBackward", x, taps, In(y), In(x), d, 1),
            new("PoolingKernels.Average", y, In(x), Out(y), d, 0),
            new("PoolingKernels.Average", y, In(x), Out(y), d, 1),
            new("PoolingKernels.AverageBackward", x, In(y), Out(x), d, 0, 0),
            new("PoolingKernels.AverageBackward", x, In(y), In(x), d, 1, 1),
            new("PoolingKernels.L2", y, In(x), Out(y), d),
            new("PoolingKernels.L2Backward", x, In(x), withZero, In(y), Out(x), d, 0),
            new("PoolingKernels.L2Backward", x, In(x), withZero, In(y), In(x), d, 1),
        ];
    }

    static KernelMemory Of(float[] values) => KernelMemory.Of(values);
}
