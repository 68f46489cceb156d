using ILGPU;

namespace TripletGpu.Kernels;

/// <summary>Local response norm over Size channels around each one, images of Channels planes of Plane
/// elements.</summary>
public readonly record struct ResponseNormDims(int Channels, int Plane, int Size, float Alpha, float Beta, float K)
{
    /// <summary>The first channel of the window around channel c.</summary>
    public int First(int c) => Math.Max(c - Size / 2, 0);

    /// <summary>The channel after the last one of the window around channel c.</summary>
    public int End(int c) => Math.Min(c + (Size - 1) / 2 + 1, Channels);

    /// <summary>The first channel whose window holds channel c.</summary>
    public int FirstReader(int c) => Math.Max(c - (Size - 1) / 2, 0);

    /// <summary>The channel after the last one whose window holds channel c.</summary>
    public int EndReader(int c) => Math.Min(c + Size / 2 + 1, Channels);
}

/// <summary>Local response norm (Krizhevsky et al. 2012). Parallel over elements; neighbours are read again from
/// cache.</summary>
public static partial class ResponseNormKernels
{
    /// <summary>y = x / (k + alpha / size * the sum of x^2 over the window of channels) ^ beta.</summary>
    [Kernel]
    public static void Forward(Index1D i, ArrayView<float> x, ArrayView<float> y, ResponseNormDims d)
    {
        int c = i / d.Plane % d.Channels;
        y[i] = x[i] * MathF.Pow(Response(x, i - c * d.Plane, c, d), -d.Beta);
    }

    /// <summary>
    /// dx_c = dy_c s_c^-beta - 2 alpha beta / size x_c sum over c' that read c of dy_c' x_c' s_c'^(-beta - 1), or
    /// adds it;
    /// s is the response that y divides by.
    /// </summary>
    [Kernel]
    public static void Backward(
        Index1D i, ArrayView<float> x, ArrayView<float> dy, ArrayView<float> dx, ResponseNormDims d, int accumulate)
    {
        int c = i / d.Plane % d.Channels, start = i - c * d.Plane;
        float sum = 0f;
        for (int reader = d.FirstReader(c); reader < d.EndReader(c); reader++)
        {
            int at = start + reader * d.Plane;
            sum += dy[at] * x[at] * MathF.Pow(Response(x, start, reader, d), -d.Beta - 1f);
        }
        float gradient =
            dy[i] * MathF.Pow(Response(x, start, c, d), -d.Beta) - 2f * d.Alpha * d.Beta / d.Size * x[i] * sum;
        dx[i] = accumulate != 0 ? dx[i] + gradient : gradient;
    }

    /// <summary>What channel c of the pixel at <paramref name="start"/> is divided by, before the power.</summary>
    static float Response(ArrayView<float> x, int start, int c, ResponseNormDims d)
    {
        float sum = 0f;
        for (int other = d.First(c); other < d.End(c); other++)
            sum += x[start + other * d.Plane] * x[start + other * d.Plane];
        return d.K + d.Alpha / d.Size * sum;
    }
}
