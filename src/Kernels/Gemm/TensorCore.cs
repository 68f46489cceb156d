using ILGPU;
using ILGPU.Algorithms;
using ILGPU.IR.Intrinsics;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// A warp's products on NVIDIA's tensor cores, in TF32 and in bfloat16. What is written here says what they compute,
/// and computes it on devices that have none: slowly, for tests. CUDA from sm_80 on has an instruction for each.
/// </summary>
public static class TensorCore
{
    /// <summary>
    /// x in TF32: 10 bits of fraction instead of 23, to the nearest, halves away from zero; PTX's <c>cvt.rna.tf32</c>.
    /// NaN stays NaN.
    /// </summary>
    [Native, IntrinsicImplementation]
    public static float Round(float x) => RoundByBits(x);

    /// <summary>The same without a tensor core.</summary>
    public static float RoundByBits(float x)
    {
        if (XMath.IsNaN(x)) return x;
        return Interop.IntAsFloat((Interop.FloatAsInt(x) + 0x1000u) & 0xFFFFE000u);
    }

    /// <summary>
    /// C + A B for C of 16 x 8, A of 16 x 8 and B of 8 x 8, all three spread over the 32 items of a warp: PTX's
    /// <c>mma.sync.m16n8k8</c> of TF32, whose layout is, with g = lane / 4 and t = lane % 4,
    /// <list type="bullet">
    /// <item>A: (g, t), (g + 8, t), (g, t + 4), (g + 8, t + 4),</item>
    /// <item>B: (t, g), (t + 4, g),</item>
    /// <item>C: (g, 2 t), (g, 2 t + 1), (g + 8, 2 t), (g + 8, 2 t + 1).</item>
    /// </list>
    /// All items of a group call it together. A and B must have been rounded: the hardware would cut their last bits
    /// off. In which order a tensor core adds, and how it rounds there, NVIDIA does not say.
    /// </summary>
    /// <param name="fragments">Shared memory to exchange operands in, six floats an item.</param>
    /// <param name="a">The item's four of A.</param>
    /// <param name="b0">The item's first of B.</param>
    /// <param name="b1">The item's second of B.</param>
    /// <param name="sums">The item's four of C.</param>
    [Native, IntrinsicImplementation]
    public static Float4 MultiplyAdd(ArrayView<float> fragments, Float4 a, float b0, float b1, Float4 sums) =>
        MultiplyAddShared(fragments, a, b0, b1, sums);

    /// <summary>The same without a tensor core: the items of a warp show each other their operands.</summary>
    public static Float4 MultiplyAddShared(ArrayView<float> fragments, Float4 a, float b0, float b1, Float4 sums)
    {
        int item = Show(fragments, a, b0, b1);
        for (int k = 0; k < 8; k++)
        {
            int left = Left(item, k), right = Right(item, k);
            float first = fragments[right], second = fragments[right + 4];
            sums.X = Fused.MultiplyAddEstimate(fragments[left], first, sums.X);
            sums.Y = Fused.MultiplyAddEstimate(fragments[left], second, sums.Y);
            sums.Z = Fused.MultiplyAddEstimate(fragments[left + 32], first, sums.Z);
            sums.W = Fused.MultiplyAddEstimate(fragments[left + 32], second, sums.W);
        }
        Group.Barrier();
        return sums;
    }

    /// <summary>
    /// Two numbers in bfloat16, 7 bits of fraction instead of 23, in the bits of a float, <paramref name="first"/> in
    /// the lower half: to the nearest, halves to even; PTX's <c>cvt.rn.bf16x2.f32</c>. NaN becomes 0x7FFF.
    /// </summary>
    [Native, IntrinsicImplementation]
    public static float Pair(float first, float second) => PairByBits(first, second);

    /// <summary>The same without a tensor core.</summary>
    public static float PairByBits(float first, float second) =>
        Interop.IntAsFloat(BfloatBits(second) << 16 | BfloatBits(first));

    /// <summary>
    /// As <see cref="MultiplyAdd"/>, in bfloat16, with A of 16 x 16 and B of 16 x 8: PTX's <c>mma.sync.m16n8k16</c>,
    /// whose layout is the same with a <see cref="Pair"/> of k, 2 k and 2 k + 1, in the place of each k.
    /// </summary>
    /// <inheritdoc cref="MultiplyAdd"/>
    [Native, IntrinsicImplementation]
    public static Float4 MultiplyAddPairs(ArrayView<float> fragments, Float4 a, float b0, float b1, Float4 sums) =>
        MultiplyAddPairsShared(fragments, a, b0, b1, sums);

    /// <summary>The same without a tensor core.</summary>
    public static Float4 MultiplyAddPairsShared(ArrayView<float> fragments, Float4 a, float b0, float b1, Float4 sums)
    {
        int item = Show(fragments, a, b0, b1);
        for (int k = 0; k < 16; k++)
        {
            int left = Left(item, k / 2), right = Right(item, k / 2), half = k % 2;
            float first = OfPair(fragments[right], half), second = OfPair(fragments[right + 4], half);
            float above = OfPair(fragments[left], half), below = OfPair(fragments[left + 32], half);
            sums.X = Fused.MultiplyAddEstimate(above, first, sums.X);
            sums.Y = Fused.MultiplyAddEstimate(above, second, sums.Y);
            sums.Z = Fused.MultiplyAddEstimate(below, first, sums.Z);
            sums.W = Fused.MultiplyAddEstimate(below, second, sums.W);
        }
        Group.Barrier();
        return sums;
    }

    /// <summary>A number of a pair: the first (0) or the second (1).</summary>
    public static float OfPair(float pair, int which) =>
        Interop.IntAsFloat(Interop.FloatAsInt(pair) >> 16 * which << 16);

    /// <summary>x in bfloat16, in the lower half.</summary>
    static uint BfloatBits(float x)
    {
        if (XMath.IsNaN(x)) return 0x7FFFu;
        uint bits = Interop.FloatAsInt(x);
        return (bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16;
    }

    /// <summary>Shows the item's operands to its warp; the item's number in its group.</summary>
    static int Show(ArrayView<float> fragments, Float4 a, float b0, float b1)
    {
        int item = Group.IdxY * Group.DimX + Group.IdxX, lane = item % 32, warp = (item - lane) * 6;
        fragments[warp + lane] = a.X;
        fragments[warp + 32 + lane] = a.Y;
        fragments[warp + 64 + lane] = a.Z;
        fragments[warp + 96 + lane] = a.W;
        fragments[warp + 128 + lane] = b0;
        fragments[warp + 160 + lane] = b1;
        Group.Barrier();
        return item;
    }

    /// <summary>Where A's row g is at k; row g + 8 is 32 further.</summary>
    static int Left(int item, int k) => item / 32 * 32 * 6 + k / 4 * 64 + item % 32 / 4 * 4 + k % 4;

    /// <summary>Where B's column 2 t is at k; column 2 t + 1 is 4 further.</summary>
    static int Right(int item, int k) => item / 32 * 32 * 6 + 128 + k / 4 * 32 + item % 4 * 8 + k % 4;
}
