using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.SmallConvolution;

/// <summary>
/// Products with a list of gradients along one line of taps: in a [pixel][channel] map, or a block of channels, the
/// taps of a line and their channels are contiguous, so one output pixel meets them in a few whole vectors.
/// </summary>
static unsafe class SparseRow<V> where V : struct, ICpuVector<V>
{
    /// <summary>dw += sum over the list of gradient * x[offset ..]: the weight gradient of one channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weight<TVectors>(WindowGradient* list, int count, float* x, float* dw) where TVectors : IConstant
    {
        V a0 = V.Load(dw), a1 = default, a2 = default, a3 = default, a4 = default, a5 = default;
        if (TVectors.Value > 1) a1 = V.Load(dw + V.Count);
        if (TVectors.Value > 2)
        {
            a2 = V.Load(dw + 2 * V.Count);
            a3 = V.Load(dw + 3 * V.Count);
            a4 = V.Load(dw + 4 * V.Count);
            a5 = V.Load(dw + 5 * V.Count);
        }
        for (WindowGradient* end = list + count; list < end; list++)
        {
            V g = V.Create(list->Gradient);
            float* at = x + list->Offset;
            V.AddProduct(ref a0, g, V.Load(at));
            if (TVectors.Value > 1) V.AddProduct(ref a1, g, V.Load(at + V.Count));
            if (TVectors.Value > 2)
            {
                V.AddProduct(ref a2, g, V.Load(at + 2 * V.Count));
                V.AddProduct(ref a3, g, V.Load(at + 3 * V.Count));
                V.AddProduct(ref a4, g, V.Load(at + 4 * V.Count));
                V.AddProduct(ref a5, g, V.Load(at + 5 * V.Count));
            }
        }
        V.Store(a0, dw);
        if (TVectors.Value > 1) V.Store(a1, dw + V.Count);
        if (TVectors.Value > 2)
        {
            V.Store(a2, dw + 2 * V.Count);
            V.Store(a3, dw + 3 * V.Count);
            V.Store(a4, dw + 4 * V.Count);
            V.Store(a5, dw + 5 * V.Count);
        }
    }

    /// <summary>dx[offset ..] += gradient * w for each of the list: the input gradient through one channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input<TVectors>(WindowGradient* list, int count, float* w, float* dx) where TVectors : IConstant
    {
        V w0 = V.Load(w), w1 = default, w2 = default, w3 = default, w4 = default, w5 = default;
        if (TVectors.Value > 1) w1 = V.Load(w + V.Count);
        if (TVectors.Value > 2)
        {
            w2 = V.Load(w + 2 * V.Count);
            w3 = V.Load(w + 3 * V.Count);
            w4 = V.Load(w + 4 * V.Count);
            w5 = V.Load(w + 5 * V.Count);
        }
        for (WindowGradient* end = list + count; list < end; list++)
        {
            V g = V.Create(list->Gradient);
            float* at = dx + list->Offset;
            Add(g, w0, at);
            if (TVectors.Value > 1) Add(g, w1, at + V.Count);
            if (TVectors.Value > 2)
            {
                Add(g, w2, at + 2 * V.Count);
                Add(g, w3, at + 3 * V.Count);
                Add(g, w4, at + 4 * V.Count);
                Add(g, w5, at + 5 * V.Count);
            }
        }
    }

    /// <summary>
    /// Both along a line of six vectors, three of which may lie apart in the maps: the input gradient waits for its
    /// stores, which the weight gradient does not.
    /// </summary>
    /// <param name="list">What the channel passes on.</param>
    /// <param name="count">Its entries.</param>
    /// <param name="x">The map under the first tap.</param>
    /// <param name="dw">Six vectors.</param>
    /// <param name="w">Six vectors.</param>
    /// <param name="dx">As x.</param>
    /// <param name="second">Floats of the maps from the first three vectors to the others.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Both(
        WindowGradient* list, int count, float* x, float* dw, float* w, float* dx, nint second)
    {
        V a0 = V.Load(dw), a1 = V.Load(dw + V.Count), a2 = V.Load(dw + 2 * V.Count);
        V a3 = V.Load(dw + 3 * V.Count), a4 = V.Load(dw + 4 * V.Count), a5 = V.Load(dw + 5 * V.Count);
        V w0 = V.Load(w), w1 = V.Load(w + V.Count), w2 = V.Load(w + 2 * V.Count);
        V w3 = V.Load(w + 3 * V.Count), w4 = V.Load(w + 4 * V.Count), w5 = V.Load(w + 5 * V.Count);
        for (WindowGradient* end = list + count; list < end; list++)
        {
            V g = V.Create(list->Gradient);
            nint offset = list->Offset;
            float* from = x + offset, to = dx + offset;
            V.AddProduct(ref a0, g, V.Load(from));
            Add(g, w0, to);
            V.AddProduct(ref a1, g, V.Load(from + V.Count));
            Add(g, w1, to + V.Count);
            V.AddProduct(ref a2, g, V.Load(from + 2 * V.Count));
            Add(g, w2, to + 2 * V.Count);
            from += second;
            to += second;
            V.AddProduct(ref a3, g, V.Load(from));
            Add(g, w3, to);
            V.AddProduct(ref a4, g, V.Load(from + V.Count));
            Add(g, w4, to + V.Count);
            V.AddProduct(ref a5, g, V.Load(from + 2 * V.Count));
            Add(g, w5, to + 2 * V.Count);
        }
        V.Store(a0, dw);
        V.Store(a1, dw + V.Count);
        V.Store(a2, dw + 2 * V.Count);
        V.Store(a3, dw + 3 * V.Count);
        V.Store(a4, dw + 4 * V.Count);
        V.Store(a5, dw + 5 * V.Count);
    }

    /// <summary>The same for any number of vectors, whose weights come from the cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Input(WindowGradient* list, int count, float* w, float* dx, nint vectors)
    {
        for (WindowGradient* end = list + count; list < end; list++)
        {
            V g = V.Create(list->Gradient);
            float* at = dx + list->Offset;
            for (nint i = 0; i < vectors * V.Count; i += V.Count) Add(g, V.Load(w + i), at + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add(V g, V w, float* at) => V.Store(V.MultiplyAdd(g, w, V.Load(at)), at);
}
