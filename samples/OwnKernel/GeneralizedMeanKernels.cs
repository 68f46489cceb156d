using ILGPU;
using TripletGpu.Kernels;

namespace OwnKernel;

/// <summary>
/// The generalized mean of each plane, <c>y = (1/n sum max(x, least)^p)^(1/p)</c>: the mean at p = 1, nearly the
/// maximum for large p. Radenovic, Tolias and Chum, "Fine-tuning CNN image retrieval with no human annotation" (2018).
/// </summary>
static partial class GeneralizedMeanKernels
{
    const float Least = 1e-6f;

    /// <summary>One item a plane of <paramref name="pixels"/> neighbours.</summary>
    [Kernel]
    public static void Forward(Index1D plane, ArrayView<float> x, ArrayView<float> y, int pixels, float power)
    {
        float sum = 0f;
        for (int i = 0; i < pixels; i++) sum += Raised(x[plane * pixels + i], power);
        y[plane] = Mean(sum, pixels, power);
    }

    /// <summary>dx = dy / n (x / y)^(p - 1), 0 where x is below the least; one item a pixel.</summary>
    [Kernel]
    public static void Backward(
        Index1D i, ArrayView<float> x, ArrayView<float> y, ArrayView<float> dy, ArrayView<float> dx, int pixels,
        float power, int accumulate)
    {
        int plane = i / pixels;
        float slope = dy[plane] * Slope(x[i], y[plane], pixels, power);
        dx[i] = accumulate != 0 ? dx[i] + slope : slope;
    }

    // What both passes are made of is plain C#: the CPU calls it too.

    /// <summary>A term of the sum.</summary>
    public static float Raised(float x, float power) => MathF.Pow(MathF.Max(x, Least), power);

    /// <summary>The mean of n terms.</summary>
    public static float Mean(float sum, int pixels, float power) => MathF.Pow(sum / pixels, 1f / power);

    /// <summary>dy/dx of one pixel.</summary>
    public static float Slope(float x, float y, int pixels, float power) =>
        x > Least ? MathF.Pow(x / y, power - 1f) / pixels : 0f;
}
