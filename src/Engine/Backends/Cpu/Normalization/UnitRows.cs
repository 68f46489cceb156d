using System.Runtime.CompilerServices;

namespace TripletGpu.Backends.Cpu.Normalization;

/// <summary>One row of an L2 normalisation.</summary>
static unsafe class UnitRows<V> where V : struct, ICpuVector<V>
{
    /// <summary>y = x / length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(float* x, float* y, int n, float length)
    {
        V divisor = V.Create(length);
        int i = 0;
        for (; i <= n - V.Count; i += V.Count) V.Store(V.Load(x + i) / divisor, y + i);
        if (i < n) V.Store(V.Load(x + i) / divisor, y + i, n - i);
    }

    /// <summary>dx = (dy - y * (y . dy)) * inverse, which is 0 for a row without a direction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(float* y, float* dy, float* dx, int n, float inverse, bool accumulate)
    {
        // 0 * infinity would be NaN: a row without a direction adds nothing, whatever dy is.
        if (inverse == 0)
        {
            if (!accumulate) new Span<float>(dx, n).Clear();
            return;
        }
        V along = V.Create(-Sums<V>.Dot(y, dy, n)), scale = V.Create(inverse);
        for (int i = 0; i < n; i += V.Count)
        {
            V g = V.MultiplyAdd(V.Load(y + i), along, V.Load(dy + i)) * scale;
            if (accumulate) g += V.Load(dx + i);
            V.Store(g, dx + i, Math.Min(V.Count, n - i));
        }
    }
}
