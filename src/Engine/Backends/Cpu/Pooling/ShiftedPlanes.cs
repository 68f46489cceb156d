using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends.Cpu.Pooling;

/// <summary>
/// Pooling with stride 1 that keeps a plane's size, over all planes as they lie, one after the other: tap (r, s) of the
/// window at i, whatever the plane, is element
/// <code>
/// i + (r - top) W + s - left
/// </code>
/// for whole vectors, across the ends of lines and of planes. Masks leave out the lanes whose tap lies in the padding;
/// they repeat after as many planes as make whole vectors. Nothing is copied or turned, and no lane is empty, however
/// small the planes. The sums have the order, and so the bits, of a plane pooled alone.
/// </summary>
sealed unsafe class ShiftedPlanes<V> where V : unmanaged, ITileVector<V>
{
    // Masks, one an element and tap, that lie in L2 beside what is pooled.
    const int MostMasks = 1 << 16;

    // Quotients of the L2 gradient that are kept at a time.
    const int Block = 2048;

    readonly int[] shifts;
    readonly float[] masks, firstPlaces;
    readonly int taps, period, margin;

    /// <param name="d">A pooling that <see cref="IsFor"/> allows.</param>
    /// <param name="ofInputs">
    /// Instead of the taps of each window: the windows, by tap, that cover each element.
    /// </param>
    public ShiftedPlanes(PlaneWindow d, bool ofInputs)
    {
        (taps, period) = (d.R * d.S, (int)Period(d));
        shifts = Pinned<int>(taps);
        masks = Pinned<float>(period * taps);
        firstPlaces = Pinned<float>(period);
        float all = BitConverter.Int32BitsToSingle(-1);
        int sign = ofInputs ? -1 : 1;
        for (int t = taps - 1; t >= 0; t--)
        {
            int down = sign * (t / d.S - d.Top), across = sign * (t % d.S - d.Left);
            shifts[t] = down * d.W + across;
            margin = Math.Max(margin, Math.Abs(shifts[t]));
            for (int i = 0; i < period; i++)
            {
                int h = i / d.W % d.H + down, w = i % d.W + across, vector = i / V.Count;
                if ((uint)h >= (uint)d.H || (uint)w >= (uint)d.W) continue;
                masks[(vector * taps + t) * V.Count + i % V.Count] = all;
                firstPlaces[i] = t;
            }
        }
    }

    /// <summary>
    /// Whether planes can be pooled so: taps before the first plane and after the last stay in a buffer's slack.
    /// </summary>
    public static bool IsFor(PlaneWindow d) =>
        d is { StrideH: 1, StrideW: 1 } && d.P == d.H && d.Q == d.W
        && (long)d.R * d.W + d.S + V.Count <= CpuBuffer.Slack && Period(d) * d.R * d.S <= MostMasks;

    /// <summary>
    /// Maxima, and where <paramref name="places"/> is not null the place of each in its window. Of equals the first
    /// wins; a window of nothing but minus infinity chooses its first element inside the plane.
    /// </summary>
    /// <param name="x">All planes.</param>
    /// <param name="y">Their results.</param>
    /// <param name="places">Places r * S + s, or null.</param>
    /// <param name="first">The first vector of the results to compute.</param>
    /// <param name="last">The vector after the last.</param>
    /// <param name="count">Elements of all planes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Max(float* x, float* y, float* places, int first, int last, int count)
    {
        int* shift = Pointer(shifts);
        V lowest = V.Create(float.NegativeInfinity);
        for (int i = first * V.Count; i < last * V.Count; i += V.Count)
        {
            float* mask = MasksOf(i), from = x + i;
            V max = lowest, place = V.Load(Pointer(firstPlaces) + i % period);
            for (int t = 0; t < taps; t++, mask += V.Count)
            {
                V value = V.Select(V.Load(mask), V.Load(from + shift[t]), lowest);
                V larger = V.GreaterOrNaN(value, max);
                max = Largest<V>.Of(value, max);
                place = V.Select(larger, V.Create(t), place);
            }
            V.Store(max, y + i, count - i);
            if (places != null) V.Store(place, places + i, count - i);
        }
    }

    /// <summary>Gradients from the places of the maxima; the masks are those of inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void MaxBackward(float* places, float* dy, float* dx, int first, int last, int count, bool accumulate)
    {
        int* shift = Pointer(shifts);
        for (int i = first * V.Count; i < last * V.Count; i += V.Count)
        {
            float* mask = MasksOf(i);
            V sum = default;
            for (int t = 0; t < taps; t++, mask += V.Count)
            {
                int at = i + shift[t];
                V chose = V.Equal(V.Load(places + at), V.Create(t)) & V.Load(mask);
                sum += V.Load(dy + at) & chose;
            }
            WindowSums<V>.Put(sum, dx + i, count - i, accumulate);
        }
    }

    /// <summary>Roots of the sums of squares.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void L2(float* x, float* y, int first, int last, int count)
    {
        int* shift = Pointer(shifts);
        for (int i = first * V.Count; i < last * V.Count; i += V.Count)
        {
            float* mask = MasksOf(i), from = x + i;
            V sum = default;
            for (int t = 0; t < taps; t++, mask += V.Count)
            {
                V value = V.Load(from + shift[t]) & V.Load(mask);
                V.AddProduct(ref sum, value, value);
            }
            V.Store(V.Sqrt(sum), y + i, count - i);
        }
    }

    /// <summary>dx = x times the sum of dy / y over the windows that cover it; the masks are those of inputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void L2Backward(float* x, float* y, float* dy, float* dx, int first, int last, int count, bool accumulate)
    {
        int* shift = Pointer(shifts);
        int before = (margin + V.Count - 1) / V.Count * V.Count;
        float* quotients = PlaneView.Allocate(Block + 2 * before, 0);
        for (int start = first * V.Count; start < last * V.Count; start += Block)
        {
            int end = Math.Min(start + Block, last * V.Count);
            for (int i = start - before; i < end + before; i += V.Count)
            {
                V root = V.Load(y + i);
                V quotient = V.Select(V.Equal(root, default), default, V.Load(dy + i) / root);
                V.Store(quotient, quotients + before + i - start);
            }
            for (int i = start; i < end; i += V.Count)
            {
                float* mask = MasksOf(i), from = quotients + before + i - start;
                V sum = default;
                for (int t = 0; t < taps; t++, mask += V.Count) sum += V.Load(from + shift[t]) & V.Load(mask);
                WindowSums<V>.Put(sum * V.Load(x + i), dx + i, count - i, accumulate);
            }
        }
        NativeMemory.AlignedFree(quotients);
    }

    /// <summary>Elements of as many planes as make whole vectors.</summary>
    static long Period(PlaneWindow d)
    {
        long plane = (long)d.H * d.W, planes = V.Count;
        while (planes % 2 == 0 && plane * (planes / 2) % V.Count == 0) planes /= 2;
        return plane * planes;
    }

    /// <summary>The masks of the vector at i, tap after tap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    float* MasksOf(int i) => Pointer(masks) + (nint)(i % period) * taps;

    static T* Pointer<T>(T[] pinned) where T : unmanaged => (T*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, 0);

    static T[] Pinned<T>(int count) => GC.AllocateArray<T>(count, pinned: true);
}
