using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using unsafe PackedTile = delegate*<
    nint, float*, nint, float*, nint, float*, nint, float*, float*, TripletGpu.Backends.ClipRange,
    TripletGpu.Backends.Cpu.Gemm.TileAhead*, void>;

namespace TripletGpu.Backends.Cpu.Gemm;

/// <summary>
/// The pixels (or rows of B) that <see cref="RegisterTile{V}.RunInPlace"/> sums over: images of lines of a number of
/// positions, and how far to jump in floats after each.
/// </summary>
struct TileWalk
{
    public nint Images, Lines, Width;

    /// <summary>From one row of A to the next, and from one position to the next in a row.</summary>
    public nint ARow, APixel;

    /// <summary>What to skip in a row of A after each image.</summary>
    public nint AImage;

    /// <summary>Into L2, beside each position, the line so far behind the first row of A.</summary>
    public nint Ahead;

    /// <summary>From one position of B to the next, and what to skip after each line and each image.</summary>
    public nint BPixel, BLine, BImage;

    /// <summary>From a position's first vector of B to the second.</summary>
    public nint BRight;
}

/// <summary>
/// What a tile asks for while it sums, a little at a time, because many lines at once wait for each other.
/// </summary>
unsafe struct TileAhead
{
    /// <summary>Into L2, beside each k, the line at Lines + k * Step: what is packed or multiplied next.</summary>
    public float* Lines;

    /// <inheritdoc cref="Lines"/>
    public nint Step;

    /// <summary>Into L1, rows as many and as far apart as this tile's: where the next tile's results go.</summary>
    public float* C;

    /// <summary>The same of what they are added to; null for nothing, or for C itself.</summary>
    public float* Addend;
}

/// <summary>
/// The innermost product: C[rows, 2 vectors] (+)= A[rows, k] B[k, 2 vectors], all sums in registers. The number of rows
/// is a type argument, so that the JIT drops the rows that a height does not have: every row is two registers.
/// </summary>
unsafe static partial class RegisterTile<V> where V : unmanaged, ITileVector<V>
{
    /// <summary>Columns of C that a tile covers.</summary>
    public static int Width => 2 * V.Count;

    static readonly PackedTile[] packed = All<Even>(), listed = All<Listed>();

    static PackedTile[] All<R>() where R : struct, IRows =>
    [
        &Run<N1, R>, &Run<N2, R>, &Run<N3, R>, &Run<N4, R>, &Run<N5, R>, &Run<N6, R>, &Run<N7, R>,
        &Run<N8, R>, &Run<N9, R>, &Run<N10, R>, &Run<N11, R>, &Run<N12, R>, &Run<N13, R>, &Run<N14, R>,
    ];

    static readonly delegate*<TileWalk*, float*, float*, float*, nint, bool, void>[] inPlace =
    [
        &RunInPlace<N1>, &RunInPlace<N2>, &RunInPlace<N3>, &RunInPlace<N4>, &RunInPlace<N5>, &RunInPlace<N6>,
        &RunInPlace<N7>, &RunInPlace<N8>, &RunInPlace<N9>, &RunInPlace<N10>, &RunInPlace<N11>, &RunInPlace<N12>,
        &RunInPlace<N13>, &RunInPlace<N14>,
    ];

    /// <summary>
    /// The tile for A packed as [k][rows] (lda apart): k, a, lda, b, ldb, c, ldc, bias, addend, clip, ahead. Sums
    /// start from the bias of each row (if not null) and end with the addend, whose rows are ldc apart too and which
    /// may be C itself (if not null); the clipped sum is written.
    /// </summary>
    public static PackedTile Packed(int rows) => packed[rows - 1];

    /// <summary>
    /// <see cref="Packed"/> where row k of B lies at b + offsets[k]: in place of ldb stands the address of the offsets.
    /// </summary>
    public static PackedTile AtOffsets(int rows) => listed[rows - 1];

    /// <summary>The tile for A read where it lies: walk, a, b, c, ldc, add.</summary>
    public static delegate*<TileWalk*, float*, float*, float*, nint, bool, void> InPlace(int rows) => inPlace[rows - 1];

    // Without AggressiveOptimization a tile runs at a tenth of its speed until tiered compilation has finished.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Run<N, R>(
        nint k, float* a, nint lda, float* b, nint ldb, float* c, nint ldc, float* bias, float* addend, ClipRange clip,
        TileAhead* ahead)
        where N : struct, INumber where R : struct, IRows
    {
        Row r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default, r6 = default;
        Row r7 = default, r8 = default, r9 = default, r10 = default, r11 = default, r12 = default, r13 = default;
        if (bias != null)
        {
            r0.Add(bias[0]);
            if (N.Value > 1) r1.Add(bias[1]);
            if (N.Value > 2) r2.Add(bias[2]);
            if (N.Value > 3) r3.Add(bias[3]);
            if (N.Value > 4) r4.Add(bias[4]);
            if (N.Value > 5) r5.Add(bias[5]);
            if (N.Value > 6) r6.Add(bias[6]);
            if (N.Value > 7) r7.Add(bias[7]);
            if (N.Value > 8) r8.Add(bias[8]);
            if (N.Value > 9) r9.Add(bias[9]);
            if (N.Value > 10) r10.Add(bias[10]);
            if (N.Value > 11) r11.Add(bias[11]);
            if (N.Value > 12) r12.Add(bias[12]);
            if (N.Value > 13) r13.Add(bias[13]);
        }
        float* lines = ahead->Lines, nextC = ahead->C, nextAddend = ahead->Addend;
        nint step = ahead->Step, piece = k / N.Value;
        for (int i = 0; i < N.Value; i++)
        {
            Row.Ask(nextC + i * ldc);
            if (nextAddend != null) Row.Ask(nextAddend + i * ldc);
            for (nint n = i < N.Value - 1 ? piece : k; n > 0; n--, k--)
            {
                V.PrefetchToL2(lines);
                lines += step;
                float* row = R.Next(ref b, ref ldb);
                V left = V.Load(row), right = V.Load(row + V.Count);
                r0.MultiplyAdd(a[0], left, right);
                if (N.Value > 1) r1.MultiplyAdd(a[1], left, right);
                if (N.Value > 2) r2.MultiplyAdd(a[2], left, right);
                if (N.Value > 3) r3.MultiplyAdd(a[3], left, right);
                if (N.Value > 4) r4.MultiplyAdd(a[4], left, right);
                if (N.Value > 5) r5.MultiplyAdd(a[5], left, right);
                if (N.Value > 6) r6.MultiplyAdd(a[6], left, right);
                if (N.Value > 7) r7.MultiplyAdd(a[7], left, right);
                if (N.Value > 8) r8.MultiplyAdd(a[8], left, right);
                if (N.Value > 9) r9.MultiplyAdd(a[9], left, right);
                if (N.Value > 10) r10.MultiplyAdd(a[10], left, right);
                if (N.Value > 11) r11.MultiplyAdd(a[11], left, right);
                if (N.Value > 12) r12.MultiplyAdd(a[12], left, right);
                if (N.Value > 13) r13.MultiplyAdd(a[13], left, right);
                a += lda;
            }
        }
        if (addend != null)
        {
            r0.Add(addend);
            if (N.Value > 1) r1.Add(addend + ldc);
            if (N.Value > 2) r2.Add(addend + 2 * ldc);
            if (N.Value > 3) r3.Add(addend + 3 * ldc);
            if (N.Value > 4) r4.Add(addend + 4 * ldc);
            if (N.Value > 5) r5.Add(addend + 5 * ldc);
            if (N.Value > 6) r6.Add(addend + 6 * ldc);
            if (N.Value > 7) r7.Add(addend + 7 * ldc);
            if (N.Value > 8) r8.Add(addend + 8 * ldc);
            if (N.Value > 9) r9.Add(addend + 9 * ldc);
            if (N.Value > 10) r10.Add(addend + 10 * ldc);
            if (N.Value > 11) r11.Add(addend + 11 * ldc);
            if (N.Value > 12) r12.Add(addend + 12 * ldc);
            if (N.Value > 13) r13.Add(addend + 13 * ldc);
        }
        V low = V.Create(clip.Low), high = V.Create(clip.High);
        r0.Store(c, low, high);
        if (N.Value > 1) r1.Store(c + ldc, low, high);
        if (N.Value > 2) r2.Store(c + 2 * ldc, low, high);
        if (N.Value > 3) r3.Store(c + 3 * ldc, low, high);
        if (N.Value > 4) r4.Store(c + 4 * ldc, low, high);
        if (N.Value > 5) r5.Store(c + 5 * ldc, low, high);
        if (N.Value > 6) r6.Store(c + 6 * ldc, low, high);
        if (N.Value > 7) r7.Store(c + 7 * ldc, low, high);
        if (N.Value > 8) r8.Store(c + 8 * ldc, low, high);
        if (N.Value > 9) r9.Store(c + 9 * ldc, low, high);
        if (N.Value > 10) r10.Store(c + 10 * ldc, low, high);
        if (N.Value > 11) r11.Store(c + 11 * ldc, low, high);
        if (N.Value > 12) r12.Store(c + 12 * ldc, low, high);
        if (N.Value > 13) r13.Store(c + 13 * ldc, low, high);
    }

    /// <summary>Five pointers and two strides reach all rows of A with plain x86 addressing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void RunInPlace<N>(TileWalk* walk, float* a, float* b, float* c, nint ldc, bool add)
        where N : struct, INumber
    {
        Row r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default, r6 = default;
        Row r7 = default, r8 = default, r9 = default, r10 = default, r11 = default, r12 = default, r13 = default;
        if (add)
        {
            r0.Load(c);
            if (N.Value > 1) r1.Load(c + ldc);
            if (N.Value > 2) r2.Load(c + 2 * ldc);
            if (N.Value > 3) r3.Load(c + 3 * ldc);
            if (N.Value > 4) r4.Load(c + 4 * ldc);
            if (N.Value > 5) r5.Load(c + 5 * ldc);
            if (N.Value > 6) r6.Load(c + 6 * ldc);
            if (N.Value > 7) r7.Load(c + 7 * ldc);
            if (N.Value > 8) r8.Load(c + 8 * ldc);
            if (N.Value > 9) r9.Load(c + 9 * ldc);
            if (N.Value > 10) r10.Load(c + 10 * ldc);
            if (N.Value > 11) r11.Load(c + 11 * ldc);
            if (N.Value > 12) r12.Load(c + 12 * ldc);
            if (N.Value > 13) r13.Load(c + 13 * ldc);
        }
        nint row = walk->ARow * sizeof(float), row2 = 2 * row, pixel = walk->BPixel, width = walk->Width;
        nint beside = walk->BRight;
        nint step = walk->APixel * sizeof(float), ahead = walk->Ahead * sizeof(float);
        byte* a0 = (byte*)a, a3 = a0 + 3 * row, a6 = a3 + 3 * row, a9 = a6 + 3 * row, a12 = a9 + 3 * row;
        for (nint image = walk->Images; image > 0; image--)
        {
            for (nint line = walk->Lines; line > 0; line--)
            {
                for (nint q = width; q > 0; q--)
                {
                    V.PrefetchToL2((float*)(a0 + ahead));
                    V left = V.Load(b), right = V.Load(b + beside);
                    r0.MultiplyAdd(*(float*)a0, left, right);
                    if (N.Value > 1) r1.MultiplyAdd(*(float*)(a0 + row), left, right);
                    if (N.Value > 2) r2.MultiplyAdd(*(float*)(a0 + row2), left, right);
                    if (N.Value > 3) r3.MultiplyAdd(*(float*)a3, left, right);
                    if (N.Value > 4) r4.MultiplyAdd(*(float*)(a3 + row), left, right);
                    if (N.Value > 5) r5.MultiplyAdd(*(float*)(a3 + row2), left, right);
                    if (N.Value > 6) r6.MultiplyAdd(*(float*)a6, left, right);
                    if (N.Value > 7) r7.MultiplyAdd(*(float*)(a6 + row), left, right);
                    if (N.Value > 8) r8.MultiplyAdd(*(float*)(a6 + row2), left, right);
                    if (N.Value > 9) r9.MultiplyAdd(*(float*)a9, left, right);
                    if (N.Value > 10) r10.MultiplyAdd(*(float*)(a9 + row), left, right);
                    if (N.Value > 11) r11.MultiplyAdd(*(float*)(a9 + row2), left, right);
                    if (N.Value > 12) r12.MultiplyAdd(*(float*)a12, left, right);
                    if (N.Value > 13) r13.MultiplyAdd(*(float*)(a12 + row), left, right);
                    a0 += step;
                    if (N.Value > 3) a3 += step;
                    if (N.Value > 6) a6 += step;
                    if (N.Value > 9) a9 += step;
                    if (N.Value > 12) a12 += step;
                    b += pixel;
                }
                b += walk->BLine;
            }
            nint skip = walk->AImage * sizeof(float);
            b += walk->BImage;
            a0 += skip;
            a3 += skip;
            a6 += skip;
            a9 += skip;
            a12 += skip;
        }
        r0.Store(c);
        if (N.Value > 1) r1.Store(c + ldc);
        if (N.Value > 2) r2.Store(c + 2 * ldc);
        if (N.Value > 3) r3.Store(c + 3 * ldc);
        if (N.Value > 4) r4.Store(c + 4 * ldc);
        if (N.Value > 5) r5.Store(c + 5 * ldc);
        if (N.Value > 6) r6.Store(c + 6 * ldc);
        if (N.Value > 7) r7.Store(c + 7 * ldc);
        if (N.Value > 8) r8.Store(c + 8 * ldc);
        if (N.Value > 9) r9.Store(c + 9 * ldc);
        if (N.Value > 10) r10.Store(c + 10 * ldc);
        if (N.Value > 11) r11.Store(c + 11 * ldc);
        if (N.Value > 12) r12.Store(c + 12 * ldc);
        if (N.Value > 13) r13.Store(c + 13 * ldc);
    }
}
