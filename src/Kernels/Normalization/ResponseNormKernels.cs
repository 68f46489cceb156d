using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Normalization;

/// <summary>
/// Local response norm over Size channels around each one, images of Channels planes of Plane elements. Each: the
/// elements of a plane that an item takes.
/// </summary>
public readonly record struct ResponseNormDims(
    int Channels, int Plane, int Size, float Alpha, float Beta, float K, int Each)
{
    /// <summary>Blocks of a plane.</summary>
    public int Blocks => (Plane + Each - 1) / Each;

    /// <summary>The first channel of the window around channel c.</summary>
    public int First(int c) => Math.Max(c - Size / 2, 0);

    /// <summary>The channel after the last one of the window around channel c.</summary>
    public int End(int c) => Math.Min(c + (Size - 1) / 2 + 1, Channels);

    /// <summary>The first channel whose window holds channel c.</summary>
    public int FirstReader(int c) => Math.Max(c - (Size - 1) / 2, 0);

    /// <summary>The channel after the last one whose window holds channel c.</summary>
    public int EndReader(int c) => Math.Min(c + Size / 2 + 1, Channels);
}

/// <summary>
/// Local response norm (Krizhevsky et al. 2012). One item a block of a plane; the neighbouring channels' blocks are
/// read again from a cache.
/// </summary>
public static partial class ResponseNormKernels
{
    /// <summary>s = k + alpha / size * the sum of x^2 over the window of channels.</summary>
    [Kernel]
    public static void Responses(Index1D i, ArrayView<float> x, ArrayView<float> responses, ResponseNormDims d)
    {
        int plane = i / d.Blocks, first = i % d.Blocks * d.Each, c = plane % d.Channels;
        int length = Math.Min(d.Each, d.Plane - first), start = plane * d.Plane + first;
        var s = responses.SubView(start, length);
        for (int j = 0; j < length; j++)
            s[j] = d.K;
        for (int other = d.First(c); other < d.End(c); other++)
        {
            var from = x.SubView(start + (other - c) * d.Plane, length);
            for (int j = 0; j < length; j++)
                s[j] += d.Alpha / d.Size * from[j] * from[j];
        }
    }

    /// <summary>y = x / s^beta. One item a block of all elements.</summary>
    [Kernel]
    public static void Forward(
        Index1D i, ArrayView<float> x, ArrayView<float> responses, ArrayView<float> y, ResponseNormDims d, int count)
    {
        int end = Math.Min((i + 1) * d.Each, count);
        for (int j = i * d.Each; j < end; j++)
            y[j] = x[j] * InversePower(responses[j], d.Beta);
    }

    /// <summary>
    /// dx_c = dy_c s_c^-beta - 2 alpha beta / size x_c sum over c' that read c of dy_c' x_c' s_c'^(-beta - 1), or
    /// adds it.
    /// </summary>
    [Kernel]
    public static void Backward(
        Index1D i, ArrayView<float> x, ArrayView<float> responses, ArrayView<float> dy, ArrayView<float> dx,
        ResponseNormDims d, int accumulate)
    {
        int plane = i / d.Blocks, first = i % d.Blocks * d.Each, c = plane % d.Channels;
        int length = Math.Min(d.Each, d.Plane - first), start = plane * d.Plane + first;
        var gradient = dx.SubView(start, length);
        for (int j = 0; j < length; j++)
        {
            float own = dy[start + j] * InversePower(responses[start + j], d.Beta);
            gradient[j] = accumulate != 0 ? gradient[j] + own : own;
        }
        float factor = -2f * d.Alpha * d.Beta / d.Size;
        for (int reader = d.FirstReader(c); reader < d.EndReader(c); reader++)
        {
            int at = start + (reader - c) * d.Plane;
            for (int j = 0; j < length; j++)
            {
                float s = responses[at + j];
                gradient[j] += factor * x[start + j] * (dy[at + j] * x[at + j] * InversePower(s, d.Beta) / s);
            }
        }
    }

    /// <summary>s^-beta; the usual beta needs no logarithm.</summary>
    static float InversePower(float s, float beta)
    {
        return beta == 0.75f ? 1f / (MathF.Sqrt(s) * MathF.Sqrt(MathF.Sqrt(s))) : MathF.Pow(s, -beta);
    }
}
