using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// Sums as accurate as in double, on devices without it: a float and the sum of its rounding errors (Neumaier 1974,
/// with Knuth's error of an addition, which needs no comparison).
/// </summary>
static class CompensatedSum
{
    /// <summary>Adds a number.</summary>
    public static void Add(ref float sum, ref float error, float x)
    {
        float before = sum, after = before + x, added = after - before;
        sum = after;
        error += before - (after - added) + (x - added);
    }

    /// <summary>Adds a * b, which is itself a rounded product and its error.</summary>
    public static void AddProduct(ref float sum, ref float error, float a, float b)
    {
        float product = a * b;
        Add(ref sum, ref error, product);
        error += Fused.MultiplyAdd(a, b, -product);
    }

    /// <summary>
    /// The sum by a whole number, rounded about once: a first quotient, and what it leaves over divided again.
    /// </summary>
    public static float Divide(float sum, float error, long by)
    {
        float high = by, low = by - (long)high;
        float quotient = sum / high;
        float rest = Fused.MultiplyAdd(-quotient, high, sum) - quotient * low + error;
        float result = quotient + rest / high;
        return result - result == 0f ? result : quotient; // an infinite sum leaves NaN over
    }
}
