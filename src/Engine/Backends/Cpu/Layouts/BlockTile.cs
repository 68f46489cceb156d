using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Layouts;

/// <summary>What a <see cref="BlockTile{V}"/> sums over, and what becomes of the sums.</summary>
unsafe struct BlockWalk
{
    /// <summary>Where the first pixel of each tap and block of channels lies, in floats from the tile's.</summary>
    public nint* Offsets;

    /// <summary>Taps times blocks.</summary>
    public nint Count;

    /// <summary>Floats from the first pixel to the one of number <see cref="BlockTile{V}.Split"/>.</summary>
    public nint Jump;

    /// <summary>Sums to go on from, [pixel][2 vectors]; null for zeros.</summary>
    public float* Begun;

    /// <summary>Where sums go that are not complete; null for those that are.</summary>
    public float* Kept;

    /// <summary>The bias of the first channel, or null.</summary>
    public float* Bias;

    /// <summary>Floats from the first vector's results to the second's, of which there may be none.</summary>
    public nint Right;

    /// <inheritdoc cref="Right"/>
    public bool HasRight;

    public ClipRange Clip;

    /// <summary>Into L2, beside each channel, the line at Ahead + channel * Step: filters that are used next.</summary>
    public float* Ahead;

    /// <inheritdoc cref="Ahead"/>
    public nint Step;
}

/// <summary>
/// The product where maps lie in blocks of channels: pixels are the rows of the tile and output channels its lanes,
/// 2 vectors of them. C[pixel, lane] = clip(sum over taps and channels of A * B + bias + addend); all
/// sums in registers. Rows are a type argument, as <see cref="RegisterTile{V}"/>'s, and so is the stride: rows
/// are at constant distances from the first, or from the one that a second line begins with.
/// </summary>
static unsafe class BlockTile<V> where V : unmanaged, ITileVector<V>
{
    static readonly delegate*<BlockWalk*, float*, float*, float*, float*, void>[] dense = All<S1>(), even = All<S2>();

    static delegate*<BlockWalk*, float*, float*, float*, float*, void>[] All<S>() where S : struct, IStride =>
    [
        &Run<N1, S>, &Run<N2, S>, &Run<N3, S>, &Run<N4, S>, &Run<N5, S>, &Run<N6, S>, &Run<N7, S>,
        &Run<N8, S>, &Run<N9, S>, &Run<N10, S>, &Run<N11, S>, &Run<N12, S>, &Run<N13, S>, &Run<N14, S>,
    ];

    /// <summary>
    /// A tile's pixels from this one on may lie in the next line, so that lines of 7 pixels fill tiles of 14.
    /// </summary>
    public const int Split = 7;

    /// <summary>The widest stride that there are tiles for.</summary>
    public const int MostStride = 2;

    /// <summary>
    /// The tile of a number of pixels and a stride: walk, a (the first pixel), b (a panel's filters), c (the first
    /// pixel's results), addend (as c, or null).
    /// </summary>
    public static delegate*<BlockWalk*, float*, float*, float*, float*, void> Of(int rows, int stride) =>
        (stride == 1 ? dense : even)[rows - 1];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Run<N, S>(BlockWalk* walk, float* a, float* b, float* c, float* addend)
        where N : struct, INumber where S : struct, IStride
    {
        int pitch = S.Value * V.Count;
        RegisterTile<V>.Row p0 = default, p1 = default, p2 = default, p3 = default, p4 = default, p5 = default;
        RegisterTile<V>.Row p6 = default, p7 = default, p8 = default, p9 = default, p10 = default, p11 = default;
        RegisterTile<V>.Row p12 = default, p13 = default;
        float* begun = walk->Begun, ahead = walk->Ahead;
        if (begun != null)
        {
            p0.Load(begun);
            if (N.Value > 1) p1.Load(begun + 1 * 2 * V.Count);
            if (N.Value > 2) p2.Load(begun + 2 * 2 * V.Count);
            if (N.Value > 3) p3.Load(begun + 3 * 2 * V.Count);
            if (N.Value > 4) p4.Load(begun + 4 * 2 * V.Count);
            if (N.Value > 5) p5.Load(begun + 5 * 2 * V.Count);
            if (N.Value > 6) p6.Load(begun + 6 * 2 * V.Count);
            if (N.Value > 7) p7.Load(begun + 7 * 2 * V.Count);
            if (N.Value > 8) p8.Load(begun + 8 * 2 * V.Count);
            if (N.Value > 9) p9.Load(begun + 9 * 2 * V.Count);
            if (N.Value > 10) p10.Load(begun + 10 * 2 * V.Count);
            if (N.Value > 11) p11.Load(begun + 11 * 2 * V.Count);
            if (N.Value > 12) p12.Load(begun + 12 * 2 * V.Count);
            if (N.Value > 13) p13.Load(begun + 13 * 2 * V.Count);
        }
        nint right = walk->Right, step = walk->Step, jump = walk->Jump;
        nint* offset = walk->Offsets;
        for (nint i = 0; i < walk->Count; i++)
        {
            // The next tile's pixels are this one's neighbours. Its results and what they are added to are asked for
            // beside the first four blocks, a line at a time: many at once wait for each other.
            float* row = a + offset[i], far = row + jump, next = row + N.Value * pitch;
            float* other = i switch
            {
                0 => c + N.Value * V.Count,
                1 => c + right + N.Value * V.Count,
                2 when addend != null => addend + N.Value * V.Count,
                3 when addend != null => addend + right + N.Value * V.Count,
                _ => next,
            };
            for (int lane = 0; lane < V.Count; lane++, row++, far++, b += 2 * V.Count)
            {
                V.Prefetch(next);
                V.Prefetch(other);
                V.PrefetchToL2(ahead);
                next += pitch;
                other += V.Count;
                ahead += step;
                V x = V.Load(b), y = V.Load(b + V.Count);
                p0.MultiplyAdd(row[0], x, y);
                if (N.Value > 1) p1.MultiplyAdd(row[pitch], x, y);
                if (N.Value > 2) p2.MultiplyAdd(row[2 * pitch], x, y);
                if (N.Value > 3) p3.MultiplyAdd(row[3 * pitch], x, y);
                if (N.Value > 4) p4.MultiplyAdd(row[4 * pitch], x, y);
                if (N.Value > 5) p5.MultiplyAdd(row[5 * pitch], x, y);
                if (N.Value > 6) p6.MultiplyAdd(row[6 * pitch], x, y);
                if (N.Value > 7) p7.MultiplyAdd(far[0], x, y);
                if (N.Value > 8) p8.MultiplyAdd(far[pitch], x, y);
                if (N.Value > 9) p9.MultiplyAdd(far[2 * pitch], x, y);
                if (N.Value > 10) p10.MultiplyAdd(far[3 * pitch], x, y);
                if (N.Value > 11) p11.MultiplyAdd(far[4 * pitch], x, y);
                if (N.Value > 12) p12.MultiplyAdd(far[5 * pitch], x, y);
                if (N.Value > 13) p13.MultiplyAdd(far[6 * pitch], x, y);
            }
        }
        float* kept = walk->Kept;
        if (kept != null)
        {
            p0.Store(kept);
            if (N.Value > 1) p1.Store(kept + 1 * 2 * V.Count);
            if (N.Value > 2) p2.Store(kept + 2 * 2 * V.Count);
            if (N.Value > 3) p3.Store(kept + 3 * 2 * V.Count);
            if (N.Value > 4) p4.Store(kept + 4 * 2 * V.Count);
            if (N.Value > 5) p5.Store(kept + 5 * 2 * V.Count);
            if (N.Value > 6) p6.Store(kept + 6 * 2 * V.Count);
            if (N.Value > 7) p7.Store(kept + 7 * 2 * V.Count);
            if (N.Value > 8) p8.Store(kept + 8 * 2 * V.Count);
            if (N.Value > 9) p9.Store(kept + 9 * 2 * V.Count);
            if (N.Value > 10) p10.Store(kept + 10 * 2 * V.Count);
            if (N.Value > 11) p11.Store(kept + 11 * 2 * V.Count);
            if (N.Value > 12) p12.Store(kept + 12 * 2 * V.Count);
            if (N.Value > 13) p13.Store(kept + 13 * 2 * V.Count);
            return;
        }
        bool both = walk->HasRight;
        V low = V.Create(walk->Clip.Low), high = V.Create(walk->Clip.High), biasLeft = default, biasRight = default;
        if (walk->Bias != null) biasLeft = V.Load(walk->Bias);
        if (walk->Bias != null && both) biasRight = V.Load(walk->Bias + V.Count);
        p0.Store(0, c, addend, right, both, biasLeft, biasRight, low, high);
        if (N.Value > 1) p1.Store(1, c, addend, right, both, biasLeft, biasRight, low, high);
        if (N.Value > 2) p2.Store(2, c, addend, right, both, biasLeft, biasRight, low, high);
        if (N.Value > 3) p3.Store(3, c, addend, right, both, biasLeft, biasRight, low, high);
        if (N.Value > 4) p4.Store(4, c, addend, right, both, biasLeft, biasRight, low, high);
        if (N.Value > 5) p5.Store(5, c, addend, right, both, biasLeft, biasRight, low, high);
        if (N.Value > 6) p6.Store(6, c, addend, right, both, biasLeft, biasRight, low, high);
        if (N.Value > 7) p7.Store(7, c, addend, right, both, biasLeft, biasRight, low, high);
        if (N.Value > 8) p8.Store(8, c, addend, right, both, biasLeft, biasRight, low, high);
        if (N.Value > 9) p9.Store(9, c, addend, right, both, biasLeft, biasRight, low, high);
        if (N.Value > 10) p10.Store(10, c, addend, right, both, biasLeft, biasRight, low, high);
        if (N.Value > 11) p11.Store(11, c, addend, right, both, biasLeft, biasRight, low, high);
        if (N.Value > 12) p12.Store(12, c, addend, right, both, biasLeft, biasRight, low, high);
        if (N.Value > 13) p13.Store(13, c, addend, right, both, biasLeft, biasRight, low, high);
    }

    interface IStride { static abstract int Value { get; } }
    readonly struct S1 : IStride { public static int Value => 1; }
    readonly struct S2 : IStride { public static int Value => 2; }
}
