using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// How often distance-weighted sampling draws a negative (Wu et al. 2017, arXiv 1706.07567, 4): as often as min(lambda,
/// 1 / q(d)), where q(d) = d^(D-2) (1 - d^2 / 4)^((D-3)/2) is the density of the distance of two points that are spread
/// evenly over the unit sphere. As in its authors' code lambda is 1 / q(0.5), and from 1.4 on, where no loss is
/// expected, a negative is never drawn. Weights are whole numbers and made by multiply-adds alone, so that they, their
/// sums and what is drawn by them are the same on every device.
/// </summary>
public static class DistanceWeight
{
    // The squares of 0.5 and 1.4.
    const float Nearest = 0.25f, Farthest = 1.96f;

    // The largest weight is 2^29, and the least that is not 0 is 2^-29 of it.
    const int Shift = 6, Least = 30;

    const float MantissaOne = 8388608f, RootOf2 = 1.41421356f;

    /// <summary>log2 1 / q(d), up to a constant; negative infinity where a negative is too far to be drawn.</summary>
    /// <param name="squared">d^2; NaN is too far.</param>
    /// <param name="d">D, the elements of an embedding, 2 or more. Then the nearest negative has the most.</param>
    public static float Exponent(float squared, int d)
    {
        if (!(squared < Farthest)) return float.NegativeInfinity;
        float near = squared > Nearest ? squared : Nearest;
        float slope = -0.5f * (d - 2), fall = -0.5f * (d - 3);
        return Fused.MultiplyAdd(slope, Log2(near), fall * Log2(Fused.MultiplyAdd(-0.25f, near, 1f)));
    }

    /// <summary>
    /// A negative's weight, up to 2^29; 1 for every negative where even the nearest is too far to be drawn.
    /// </summary>
    /// <param name="squared">Its squared distance; infinity or NaN: no negative, 0.</param>
    /// <param name="d">D, the elements of an embedding.</param>
    /// <param name="most">The <see cref="Exponent"/> of the anchor's nearest negative.</param>
    public static uint Of(float squared, int d, float most)
    {
        if (!(squared < float.PositiveInfinity)) return 0u;
        if (most == float.NegativeInfinity) return 1u;
        float exponent = Exponent(squared, d) - most;
        if (!(exponent > -Least)) return 0u;
        // Two distances that hardly differ may have exponents in the wrong order.
        if (exponent > 0f) exponent = 0f;
        int below = (int)(-exponent); // 2^exponent = 2^(rest - below - 1), rest in (0, 1]
        uint mantissa = (uint)(Exp2(exponent + (below + 1)) * MantissaOne);
        return mantissa << Shift >> (below + 1);
    }

    /// <summary>
    /// A number below the sum of weights, as likely as any other: the upper half of the product of the sum and 32
    /// random bits.
    /// </summary>
    /// <param name="bits">32 random bits.</param>
    /// <param name="total">The sum of the weights.</param>
    public static ulong Draw(ulong bits, ulong total) =>
        bits * (total >> 32) + (bits * (total & 0xFFFFFFFFul) >> 32);

    /// <summary>log2 x of a normal x above 0, within 2e-7: x = 2^n m, a polynomial in m - 1.</summary>
    static float Log2(float x)
    {
        uint bits = Interop.FloatAsInt(x);
        int n = (int)(bits >> 23) - 127;
        float m = Interop.IntAsFloat((bits & 0x007FFFFF) | 0x3F800000);
        if (m > RootOf2)
        {
            m *= 0.5f;
            n++;
        }
        float z = m - 1f;
        float p = Fused.MultiplyAdd(-0.14275974f, z, 0.232652575f);
        p = Fused.MultiplyAdd(p, z, -0.249271825f);
        p = Fused.MultiplyAdd(p, z, 0.287288874f);
        p = Fused.MultiplyAdd(p, z, -0.360225171f);
        p = Fused.MultiplyAdd(p, z, 0.480916709f);
        p = Fused.MultiplyAdd(p, z, -0.721352935f);
        p = Fused.MultiplyAdd(p, z, 1.44269502f);
        return Fused.MultiplyAdd(p, z, n);
    }

    /// <summary>2^x for x from 0 to 1, within 1e-7 of itself.</summary>
    static float Exp2(float x)
    {
        float p = Fused.MultiplyAdd(0.000218657849f, x, 0.00123913318f);
        p = Fused.MultiplyAdd(p, x, 0.00968418643f);
        p = Fused.MultiplyAdd(p, x, 0.0554806292f);
        p = Fused.MultiplyAdd(p, x, 0.240230456f);
        p = Fused.MultiplyAdd(p, x, 0.693146944f);
        return Fused.MultiplyAdd(p, x, 1f);
    }
}
