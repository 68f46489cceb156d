namespace TripletGpu.Kernels.PairLosses;

/// <summary>Logarithms of sums of exponentials that neither overflow nor lose small terms.</summary>
static class LogSum
{
    /// <summary>ln(e^top * sum); negative infinity for an empty sum, NaN for NaN.</summary>
    public static float Of(float top, float sum) => sum == 0f ? float.NegativeInfinity : top + MathF.Log(sum);

    /// <summary>ln(1 + e^x).</summary>
    public static float Softplus(float x) => MathF.Max(x, 0f) + LogOnePlus(MathF.Exp(-MathF.Abs(x)));

    /// <summary>1 / (1 + e^-x).</summary>
    public static float Sigmoid(float x)
    {
        float e = MathF.Exp(-MathF.Abs(x));
        return (x < 0f ? e : 1f) / (1f + e);
    }

    /// <summary>ln(e^a + e^b); either may be negative infinity.</summary>
    public static float Add(float a, float b)
    {
        float top = a > b ? a : b;
        return top == float.NegativeInfinity ? top : top + LogOnePlus(MathF.Exp((a > b ? b : a) - top));
    }

    /// <summary>ln(1 + e) for 0 &lt;= e &lt;= 1: below 0.01 a series, as 1 + e would round e away.</summary>
    static float LogOnePlus(float e) =>
        e < 0.01f ? e * (1f - e * (0.5f - e * (1f / 3 - e * 0.25f))) : MathF.Log(1f + e);
}
