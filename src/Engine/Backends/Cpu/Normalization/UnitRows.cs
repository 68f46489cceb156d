using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Backends.Cpu.SmallConvolution;
using TripletGpu.Kernels.Normalization;

namespace TripletGpu.Backends.Cpu.Normalization;

/// <summary>One row of an L2 normalisation.</summary>
static unsafe class UnitRows<V> where V : struct, ICpuVector<V>
{
    // Items of a GPU's group, whose sums these are, bit for bit.
    const int Lanes = 64;

    /// <summary>x . y: element i goes to sum i mod 64, then neighbours 32, 16 .. 1 apart are added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(float* x, float* y, int n)
    {
        float* sums = stackalloc float[Lanes];
        new Span<float>(sums, Lanes).Clear();
        for (int i = 0; i < n; i += V.Count)
        {
            float* sum = sums + i % Lanes;
            V a = V.Load(x + i), b = V.Load(y + i);
            if (n - i < V.Count) (a, b) = (a & V.FirstLanes(n - i), b & V.FirstLanes(n - i));
            V.Store(V.MultiplyAdd(a, b, V.Load(sum)), sum);
        }
        for (int half = Lanes / 2; half > 0; half /= 2)
            for (int i = 0; i < half; i++) sums[i] += sums[i + half];
        return sums[0];
    }

    /// <summary>y = x / length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(float* x, float* y, int n, float length)
    {
        V divisor = V.Create(length);
        int i = 0;
        for (; i <= n - V.Count; i += V.Count) V.Store(V.Load(x + i) / divisor, y + i);
        if (i < n) V.Store(V.Load(x + i) / divisor, y + i, n - i);
    }

    /// <summary>y = x / |x| where the sum of the squares is infinite, by that of smaller numbers.</summary>
    /// <returns>|x|, which is infinite if it is beyond the largest float.</returns>
    public static float ForwardLong(float* x, float* y, int n)
    {
        const float shrink = UnitRowKernels.Shrink;
        for (int i = 0; i < n; i++) y[i] = x[i] * shrink;
        float length = MathF.Sqrt(Dot(y, y, n)), norm = length / shrink;
        if (float.IsPositiveInfinity(norm)) Forward(y, y, n, length);
        else Forward(x, y, n, norm);
        return norm;
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
        V along = V.Create(-Dot(y, dy, n)), scale = V.Create(inverse);
        for (int i = 0; i < n; i += V.Count)
        {
            V g = V.MultiplyAdd(V.Load(y + i), along, V.Load(dy + i)) * scale;
            if (accumulate) g += V.Load(dx + i);
            V.Store(g, dx + i, Math.Min(V.Count, n - i));
        }
    }
}
