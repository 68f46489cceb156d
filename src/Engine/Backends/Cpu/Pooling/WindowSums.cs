using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Pooling;

/// <summary>Sums over windows.</summary>
static unsafe class WindowSums<V> where V : struct, ICpuVector<V>
{
    /// <summary>
    /// y[p, q] = Finish(sum over the taps), overwriting or adding. Four rows of windows at once: their sums are
    /// independent, and narrow maps have rows but no columns to spare.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TSum>(TSum sum, PlaneView x, float* y, int rows, int columns, bool accumulate)
        where TSum : struct, IWindowSum<V>
    {
        int step = x.RowStep;
        ReadOnlySpan<int> offsets = x.Offsets;
        int p = 0;
        for (; p <= rows - 4; p += 4)
        {
            for (int q = 0; q < columns; q += V.Count)
            {
                float* corner = x.Start + p * step + q;
                V a = default, b = default, c = default, d = default;
                foreach (int offset in offsets)
                {
                    float* tap = corner + offset;
                    a = sum.Add(a, V.Load(tap));
                    b = sum.Add(b, V.Load(tap + step));
                    c = sum.Add(c, V.Load(tap + 2 * step));
                    d = sum.Add(d, V.Load(tap + 3 * step));
                }
                float* to = y + p * columns + q;
                int lanes = columns - q;
                Put(sum.Finish(a, p, q), to, lanes, accumulate);
                Put(sum.Finish(b, p + 1, q), to + columns, lanes, accumulate);
                Put(sum.Finish(c, p + 2, q), to + 2 * columns, lanes, accumulate);
                Put(sum.Finish(d, p + 3, q), to + 3 * columns, lanes, accumulate);
            }
        }
        for (; p < rows; p++)
        {
            for (int q = 0; q < columns; q += V.Count)
            {
                V a = default;
                foreach (int offset in offsets) a = sum.Add(a, V.Load(x.Start + p * step + q + offset));
                Put(sum.Finish(a, p, q), y + p * columns + q, columns - q, accumulate);
            }
        }
    }

    /// <summary>Writes or adds as many lanes as there is room for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(V x, float* y, int lanes, bool accumulate)
    {
        if (accumulate) x += V.Load(y);
        V.Store(x, y, lanes);
    }
}
