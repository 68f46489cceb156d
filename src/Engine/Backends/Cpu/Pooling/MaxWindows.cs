using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends.Cpu.Pooling;

/// <summary>
/// Maxima over windows. A tap's number travels as a float beside its value, in the same kind of register.
/// </summary>
static unsafe class MaxWindows<V> where V : struct, ICpuVector<V>
{
    /// <summary>y and the taps of a plane that is padded with minus infinity.</summary>
    /// <param name="padded">The plane.</param>
    /// <param name="d">The pooling.</param>
    /// <param name="firstColumn">The first column of window q that lies inside the image.</param>
    /// <param name="y">The maxima.</param>
    /// <param name="taps">Where they were found.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward(PaddedPlane<V> padded, PlaneWindow d, float* firstColumn, float* y, float* taps)
    {
        PlaneView x = padded.View;
        ReadOnlySpan<int> offsets = x.Offsets;
        int step = x.RowStep;
        V lowest = V.Create(float.NegativeInfinity);
        int p = 0;
        // Four rows at once: each maximum waits for the one before it, so one alone would leave the ports idle.
        for (; p <= d.P - 4; p += 4)
        {
            for (int q = 0; q < d.Q; q += V.Count)
            {
                V column = V.Load(firstColumn + q);
                float* corner = x.Start + p * step + q;
                V max0 = lowest, max1 = lowest, max2 = lowest, max3 = lowest;
                V tap0 = column + FirstRow(d, p), tap1 = column + FirstRow(d, p + 1);
                V tap2 = column + FirstRow(d, p + 2), tap3 = column + FirstRow(d, p + 3);
                for (int t = 0; t < offsets.Length; t++)
                {
                    float* at = corner + offsets[t];
                    V tap = V.Create(t);
                    Take(at, tap, ref max0, ref tap0);
                    Take(at + step, tap, ref max1, ref tap1);
                    Take(at + 2 * step, tap, ref max2, ref tap2);
                    Take(at + 3 * step, tap, ref max3, ref tap3);
                }
                int to = p * d.Q + q, lanes = d.Q - q;
                Put(max0, tap0, y + to, taps + to, lanes);
                Put(max1, tap1, y + to + d.Q, taps + to + d.Q, lanes);
                Put(max2, tap2, y + to + 2 * d.Q, taps + to + 2 * d.Q, lanes);
                Put(max3, tap3, y + to + 3 * d.Q, taps + to + 3 * d.Q, lanes);
            }
        }
        for (; p < d.P; p++)
        {
            for (int q = 0; q < d.Q; q += V.Count)
            {
                V max = lowest, chosen = V.Load(firstColumn + q) + FirstRow(d, p);
                for (int t = 0; t < offsets.Length; t++)
                    Take(x.Start + p * step + q + offsets[t], V.Create(t), ref max, ref chosen);
                Put(max, chosen, y + p * d.Q + q, taps + p * d.Q + q, d.Q - q);
            }
        }
    }

    /// <summary>dx: each pixel adds the gradients of the windows that chose it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward(
        SpreadPlane<V> gradients, SpreadPlane<V> places, PlaneWindow d, float* dx, bool accumulate)
    {
        PlaneView dy = gradients.View;
        ReadOnlySpan<int> offsets = dy.Offsets;
        float* start = dy.Start;
        long toPlaces = places.View.Start - start;
        int step = dy.RowStep;
        int h = 0;
        for (; h <= d.H - 4; h += 4)
        {
            for (int w = 0; w < d.W; w += V.Count)
            {
                float* corner = start + h * step + w;
                V sum0 = default, sum1 = default, sum2 = default, sum3 = default;
                for (int t = 0; t < offsets.Length; t++)
                {
                    float* at = corner + offsets[t];
                    V tap = V.Create(t);
                    sum0 += Share(at, toPlaces, tap);
                    sum1 += Share(at + step, toPlaces, tap);
                    sum2 += Share(at + 2 * step, toPlaces, tap);
                    sum3 += Share(at + 3 * step, toPlaces, tap);
                }
                float* to = dx + h * d.W + w;
                int lanes = d.W - w;
                WindowSums<V>.Put(sum0, to, lanes, accumulate);
                WindowSums<V>.Put(sum1, to + d.W, lanes, accumulate);
                WindowSums<V>.Put(sum2, to + 2 * d.W, lanes, accumulate);
                WindowSums<V>.Put(sum3, to + 3 * d.W, lanes, accumulate);
            }
        }
        for (; h < d.H; h++)
        {
            for (int w = 0; w < d.W; w += V.Count)
            {
                V sum = default;
                for (int t = 0; t < offsets.Length; t++)
                    sum += Share(start + h * step + w + offsets[t], toPlaces, V.Create(t));
                WindowSums<V>.Put(sum, dx + h * d.W + w, d.W - w, accumulate);
            }
        }
    }

    /// <summary>
    /// The first column inside the image of each window: one of nothing but minus infinity chooses that, never padding.
    /// </summary>
    public static float* FirstColumns(PlaneWindow d)
    {
        float* first = PlaneView.Allocate(d.Q, 0);
        for (int q = 0; q < d.Q; q++) first[q] = Math.Max(0, d.Left - q * d.StrideW);
        return first;
    }

    static V FirstRow(PlaneWindow d, int p) => V.Create(Math.Max(0, d.Top - p * d.StrideH) * d.S);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Take(float* at, V tap, ref V max, ref V chosen)
    {
        V x = V.Load(at), larger = V.GreaterOrNaN(x, max);
        max = Largest<V>.Of(x, max);
        chosen = V.Select(larger, tap, chosen);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put(V max, V chosen, float* y, float* taps, int lanes)
    {
        V.Store(max, y, lanes);
        V.Store(chosen, taps, lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Share(float* dy, long toPlaces, V tap) =>
        V.Select(V.Equal(V.Load(dy + toPlaces), tap), V.Load(dy), default);
}
