using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Backends.Gpu.Ilgpu;

/// <summary>
/// Functions of floats that ILGPU compiles for CUDA in place of PTX's approximations, whose errors reach 1e-3 (tanh)
/// and, near 1, everything (ln). All are within 2 ulp of the exact value.
/// </summary>
static class DeviceMath
{
    const float Infinity = float.PositiveInfinity;
    const uint Sign = 0x80000000;

    /// <summary>The larger; NaN if one is NaN.</summary>
    public static float Max(float a, float b) => a > b || float.IsNaN(a) ? a : b;

    /// <summary>The smaller; NaN if one is NaN.</summary>
    public static float Min(float a, float b) => a < b || float.IsNaN(a) ? a : b;

    /// <summary>
    /// e^x: x = n ln 2 + r with |r| at most ln 2 / 2, the polynomial of Cephes (expf) for e^r, times 2^n.
    /// </summary>
    public static float Exp(float x)
    {
        if (float.IsNaN(x)) return x;
        if (x > 89f) return Infinity;
        if (x < -104f) return 0f;
        int n = (int)(x * 1.44269504f + (x < 0f ? -0.5f : 0.5f));
        float r = Fused.MultiplyAdd(n, -0.693359375f, x); // ln 2 in two parts: the first product is exact
        r = Fused.MultiplyAdd(n, 2.12194440e-4f, r);
        float p = Fused.MultiplyAdd(1.9875691500e-4f, r, 1.3981999507e-3f);
        p = Fused.MultiplyAdd(p, r, 8.3334519073e-3f);
        p = Fused.MultiplyAdd(p, r, 4.1665795894e-2f);
        p = Fused.MultiplyAdd(p, r, 1.6666665459e-1f);
        p = Fused.MultiplyAdd(p, r, 5.0000001201e-1f);
        p = Fused.MultiplyAdd(p * r, r, r) + 1f;
        // In two steps: 2^n itself may be too small or too large for a float.
        int half = n >> 1;
        return p * PowerOf2(half) * PowerOf2(n - half);
    }

    /// <summary>ln x: x = 2^n m with m in [1/sqrt 2, sqrt 2), the polynomial of Cephes (logf) for ln m.</summary>
    public static float Log(float x)
    {
        if (float.IsNaN(x) || x < 0f) return float.NaN;
        if (x == 0f) return -Infinity;
        if (x == Infinity) return Infinity;
        int n = 0;
        if (x < 1.17549435e-38f)
        {
            x *= 8388608f;
            n = -23;
        }
        uint bits = Interop.FloatAsInt(x);
        n += (int)(bits >> 23) - 127;
        float m = Interop.IntAsFloat((bits & 0x007FFFFF) | 0x3F800000);
        if (m > 1.41421356f)
        {
            m *= 0.5f;
            n++;
        }
        float z = m - 1f, square = z * z;
        float p = Fused.MultiplyAdd(7.0376836292e-2f, z, -1.1514610310e-1f);
        p = Fused.MultiplyAdd(p, z, 1.1676998740e-1f);
        p = Fused.MultiplyAdd(p, z, -1.2420140846e-1f);
        p = Fused.MultiplyAdd(p, z, 1.4249322787e-1f);
        p = Fused.MultiplyAdd(p, z, -1.6668057665e-1f);
        p = Fused.MultiplyAdd(p, z, 2.0000714765e-1f);
        p = Fused.MultiplyAdd(p, z, -2.4999993993e-1f);
        p = Fused.MultiplyAdd(p, z, 3.3333331174e-1f);
        float y = Fused.MultiplyAdd(p * square, z, n * -2.12194440e-4f);
        y = Fused.MultiplyAdd(-0.5f, square, y);
        return Fused.MultiplyAdd(n, 0.693359375f, z + y);
    }

    /// <summary>
    /// tanh x: below 0.625 the odd polynomial of Cephes (tanhf), where 1 - 2 / (e^2x + 1) would cancel.
    /// </summary>
    public static float Tanh(float x)
    {
        float size = Interop.IntAsFloat(Interop.FloatAsInt(x) & ~Sign);
        if (size > 0.625f)
        {
            float far = 1f - 2f / (Exp(size + size) + 1f);
            return x < 0f ? -far : far;
        }
        return Kernels.Functions.Tanh.NearZero(x); // a NaN comes this way
    }

    /// <summary>a^b as <see cref="MathF.Pow"/>: e^(b ln |a|) in double, with C's cases.</summary>
    public static float Pow(float a, float b)
    {
        if (b == 0f || a == 1f) return 1f;
        if (float.IsNaN(a) || float.IsNaN(b)) return float.NaN;
        float size = Interop.IntAsFloat(Interop.FloatAsInt(a) & ~Sign);
        bool negative = (Interop.FloatAsInt(a) & Sign) != 0;
        float sizeOfB = Interop.IntAsFloat(Interop.FloatAsInt(b) & ~Sign);
        // From 2^24 on every float is even; 2^23 and more has no fraction, and below an int holds it.
        bool isWhole = sizeOfB >= 8388608f || (int)b == b;
        bool isOdd = sizeOfB < 16777216f && isWhole && ((int)b & 1) != 0;
        float sign = negative && isOdd ? -1f : 1f;
        if (sizeOfB == Infinity) return size == 1f ? 1f : size > 1f == b > 0f ? Infinity : 0f;
        if (size == 0f || size == Infinity) return size == 0f == b > 0f ? sign * 0f : sign * Infinity;
        if (negative && !isWhole) return float.NaN;
        double power = b * LogInDouble(size);
        return power > 89.0 ? sign * Infinity : power < -104.0 ? sign * 0f : sign * (float)ExpInDouble(power);
    }

    /// <summary>2^n for n from -126 to 127.</summary>
    static float PowerOf2(int n) => Interop.IntAsFloat((uint)(n + 127) << 23);

    /// <summary>ln x to 1e-13 for a positive float: 2 artanh((m - 1) / (m + 1)) as a series, m as above.</summary>
    static double LogInDouble(double x)
    {
        ulong bits = Interop.FloatAsInt(x);
        int n = (int)(bits >> 52) - 1023;
        double m = Interop.IntAsFloat((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000);
        if (m > 1.4142135623730951)
        {
            m *= 0.5;
            n++;
        }
        double s = (m - 1.0) / (m + 1.0), square = s * s, sum = 1.0 / 15.0;
        for (int k = 13; k >= 1; k -= 2) sum = sum * square + 1.0 / k;
        return n * 0.6931471805599453 + 2.0 * s * sum;
    }

    /// <summary>e^x to 1e-12 for x from -104 to 89.</summary>
    static double ExpInDouble(double x)
    {
        int n = (int)(x * 1.4426950408889634 + (x < 0.0 ? -0.5 : 0.5));
        double r = x - n * 0.6931471805599453, term = 1.0, sum = 1.0;
        for (int k = 1; k <= 10; k++)
        {
            term = term * r / k;
            sum += term;
        }
        return sum * Interop.IntAsFloat((ulong)(n + 1023) << 52);
    }
}
