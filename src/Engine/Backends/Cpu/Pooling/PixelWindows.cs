using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends.Cpu.Pooling;

/// <summary>
/// Windows over maps whose pixels are vectors, [pixel][lane]: a window is a few vectors, and its edges are bounds of
/// loops.
/// </summary>
static unsafe class PixelWindows<V> where V : struct, ICpuVector<V>
{
    /// <summary>y[p, q] = Finish(sum over the window).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Reduce<TSum>(TSum sum, float* x, float* y, PlaneWindow d) where TSum : struct, IWindowSum<V>
    {
        nint line = (nint)d.W * V.Count;
        for (int p = 0; p < d.P; p++)
        {
            int top = d.FirstLine(p), bottom = d.EndLine(p);
            for (int q = 0; q < d.Q; q++, y += V.Count)
            {
                int left = d.FirstColumn(q), right = d.EndColumn(q);
                Ask(x + bottom * line, q, line, d);
                V value = TSum.Start;
                float* pixels = x + top * line;
                for (int h = top; h < bottom; h++, pixels += line)
                    for (int w = left; w < right; w++) value = sum.Add(value, V.Load(pixels + (nint)w * V.Count));
                V.Store(sum.Finish(value, p, q), y);
            }
        }
    }

    /// <summary>
    /// Maxima, and the place r * S + s of each in its window. Of equals the first wins; a window of nothing but minus
    /// infinity chooses its first element inside the plane.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Max(float* x, float* y, float* places, PlaneWindow d)
    {
        nint line = (nint)d.W * V.Count;
        V lowest = V.Create(float.NegativeInfinity), one = V.Create(1), nextLine = V.Create(d.S);
        for (int p = 0; p < d.P; p++)
        {
            int top = d.FirstLine(p), bottom = d.EndLine(p), above = (top - p * d.StrideH + d.Top) * d.S;
            for (int q = 0; q < d.Q; q++, y += V.Count, places += V.Count)
            {
                int left = d.FirstColumn(q), right = d.EndColumn(q);
                Ask(x + bottom * line, q, line, d);
                V max = lowest, start = V.Create(above + left - q * d.StrideW + d.Left), place = start;
                float* pixels = x + top * line;
                for (int h = top; h < bottom; h++, pixels += line)
                {
                    V here = start;
                    for (int w = left; w < right; w++)
                    {
                        V value = V.Load(pixels + (nint)w * V.Count), larger = V.GreaterOrNaN(value, max);
                        max = Largest<V>.Of(value, max);
                        place = V.Select(larger, here, place);
                        here += one;
                    }
                    start += nextLine;
                }
                V.Store(max, y);
                V.Store(place, places);
            }
        }
    }

    /// <summary>
    /// dx (+)= the sum of what the windows that cover a pixel have for it, in the order of its places in them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather<TShares>(TShares windows, float* dx, PlaneWindow d, bool accumulate)
        where TShares : struct, IWindowShares<V>
    {
        V nextWindow = V.Create(d.StrideW), nextLine = V.Create(d.StrideH * d.S);
        nint at = 0, line = (nint)d.Q * V.Count;
        for (int h = 0; h < d.H; h++)
        {
            // The last window that covers a pixel has it at its first place.
            int bottom = d.EndWindowAt(h) - 1, top = d.FirstWindowAt(h);
            int above = (h + d.Top - bottom * d.StrideH) * d.S;
            // The columns, of the padded line, where the next window begins and where the first of a pixel ends.
            int right = -1, left = 0, begin = 0, end = d.S;
            for (int column = d.Left; column < d.Left + d.W; column++, at += V.Count)
            {
                for (; begin <= column && right < d.Q - 1; begin += d.StrideW) right++;
                for (; end <= column; end += d.StrideW) left++;
                V sum = default, start = V.Create(above + column - right * d.StrideW);
                nint corner = bottom * line + (nint)right * V.Count;
                for (int p = bottom; p >= top; p--, corner -= line)
                {
                    nint window = corner;
                    V place = start;
                    for (int q = right; q >= left; q--, window -= V.Count)
                    {
                        sum += windows.Of(window, place);
                        place += nextWindow;
                    }
                    start += nextLine;
                }
                WindowSums<V>.Put(windows.Finish(sum, at), dx + at, V.Count, accumulate);
            }
        }
    }

    /// <summary>
    /// Asks for what the windows below see first: with two or three lines read at once, and two written, the hardware
    /// does not see the next one coming.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Ask(float* below, int q, nint line, in PlaneWindow d)
    {
        below += (nint)q * d.StrideW * V.Count;
        for (int i = 0; i < d.StrideH; i++, below += line)
            for (int j = 0; j < d.StrideW; j++) V.Prefetch(below + j * V.Count);
    }

    /// <summary>dy / y, or 0 where y is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quotients(float* dy, float* y, float* to, int pixels)
    {
        for (nint i = 0; i < (nint)pixels * V.Count; i += V.Count)
        {
            V root = V.Load(y + i);
            V.Store(V.Select(V.Equal(root, default), default, V.Load(dy + i) / root), to + i);
        }
    }

    /// <summary>dy / (rows[p] * columns[q]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Means(float* dy, float* rows, float* columns, float* to, PlaneWindow d)
    {
        for (int p = 0; p < d.P; p++)
            for (int q = 0; q < d.Q; q++, dy += V.Count, to += V.Count)
                V.Store(V.Load(dy) / V.Create(rows[p] * columns[q]), to);
    }

    /// <summary>The same vector in all pixels, or added to them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Fill(V value, float* to, int pixels, bool accumulate)
    {
        for (nint i = 0; i < (nint)pixels * V.Count; i += V.Count)
            WindowSums<V>.Put(value, to + i, V.Count, accumulate);
    }
}
