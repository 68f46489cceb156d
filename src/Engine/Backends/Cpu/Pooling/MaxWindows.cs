using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TripletGpu.Backends.Cpu.Pooling;

/// <summary>Maxima over windows. A tap's number travels as a float beside its value, in the same kind of register.</summary>
static unsafe class MaxWindows<V> where V : struct, ICpuVector<V>
{
    /// <summary>y and the taps of a plane that is padded with minus infinity.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(PaddedPlane<V> padded, PoolingDims d, float* y, float* taps)
    {
        PlaneView x = padded.View;
        int step = x.RowStep;
        // A window of nothing but minus infinity chooses its first element inside the image, never the padding.
        float* firstColumn = PlaneView.Allocate(d.Q, 0);
        for (int q = 0; q < d.Q; q++) firstColumn[q] = Math.Max(0, d.Left - q * d.StrideW);
        V lowest = V.Create(float.NegativeInfinity);
        for (int q = 0; q < d.Q; q += V.Count)
        {
            int lanes = Math.Min(V.Count, d.Q - q), p = 0;
            V column = V.Load(firstColumn + q);
            for (; p <= d.P - 2; p += 2)
            {
                float* corner = x.Start + p * step + q;
                V a = lowest, b = lowest, tapA = column + FirstRow(d, p), tapB = column + FirstRow(d, p + 1);
                for (int t = 0; t < x.Offsets.Length; t++)
                {
                    float* at = corner + x.Offsets[t];
                    V tap = V.Create(t), u = V.Load(at), v = V.Load(at + step);
                    V larger = V.GreaterOrNaN(u, a);
                    (a, tapA) = (V.Select(larger, u, a), V.Select(larger, tap, tapA));
                    larger = V.GreaterOrNaN(v, b);
                    (b, tapB) = (V.Select(larger, v, b), V.Select(larger, tap, tapB));
                }
                int to = p * d.Q + q;
                WindowSums<V>.Put(a, y + to, lanes, false);
                WindowSums<V>.Put(tapA, taps + to, lanes, false);
                WindowSums<V>.Put(b, y + to + d.Q, lanes, false);
                WindowSums<V>.Put(tapB, taps + to + d.Q, lanes, false);
            }
            if (p < d.P)
            {
                V a = lowest, tapA = column + FirstRow(d, p);
                for (int t = 0; t < x.Offsets.Length; t++)
                {
                    V u = V.Load(x.Start + p * step + q + x.Offsets[t]), larger = V.GreaterOrNaN(u, a);
                    (a, tapA) = (V.Select(larger, u, a), V.Select(larger, V.Create(t), tapA));
                }
                WindowSums<V>.Put(a, y + p * d.Q + q, lanes, false);
                WindowSums<V>.Put(tapA, taps + p * d.Q + q, lanes, false);
            }
        }
        NativeMemory.AlignedFree(firstColumn);
    }

    /// <summary>dx: each pixel adds the gradients of the windows that chose it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(
        SpreadPlane<V> gradients, SpreadPlane<V> places, PoolingDims d, float* dx, bool accumulate)
    {
        PlaneView dy = gradients.View;
        float* start = dy.Start;
        long toPlaces = places.View.Start - start;
        int step = dy.RowStep;
        for (int w = 0; w < d.W; w += V.Count)
        {
            int lanes = Math.Min(V.Count, d.W - w), h = 0;
            for (; h <= d.H - 2; h += 2)
            {
                V a = default, b = default;
                for (int t = 0; t < dy.Offsets.Length; t++)
                {
                    float* at = start + h * step + w + dy.Offsets[t];
                    V tap = V.Create(t);
                    a += V.Select(V.Equal(V.Load(at + toPlaces), tap), V.Load(at), default);
                    b += V.Select(V.Equal(V.Load(at + step + toPlaces), tap), V.Load(at + step), default);
                }
                WindowSums<V>.Put(a, dx + h * d.W + w, lanes, accumulate);
                WindowSums<V>.Put(b, dx + (h + 1) * d.W + w, lanes, accumulate);
            }
            if (h < d.H)
            {
                V a = default;
                for (int t = 0; t < dy.Offsets.Length; t++)
                {
                    float* at = start + h * step + w + dy.Offsets[t];
                    a += V.Select(V.Equal(V.Load(at + toPlaces), V.Create(t)), V.Load(at), default);
                }
                WindowSums<V>.Put(a, dx + h * d.W + w, lanes, accumulate);
            }
        }
    }

    static V FirstRow(PoolingDims d, int p) => V.Create(Math.Max(0, d.Top - p * d.StrideH) * d.S);
}
