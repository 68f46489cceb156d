using ILGPU;
using ILGPU.Algorithms;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Pooling;

/// <summary>
/// Pooling of planes. Forward kernels are parallel over outputs, backward kernels over inputs: each input gathers from
/// the windows that hold it, so that nothing needs an atomic. Bound by memory.
/// </summary>
public static partial class PoolingKernels
{
    /// <summary>
    /// y = max over the window, NaN wins; taps = the place r * S + s of the first maximum in its window.
    /// </summary>
    [Kernel]
    public static void Max(Index1D i, ArrayView<float> x, ArrayView<float> y, ArrayView<float> taps, PlaneWindow d)
    {
        int line = i / d.Q, plane = line / d.P, p = line - plane * d.P, q = i - line * d.Q;
        int firstLine = d.FirstLine(p), endLine = d.EndLine(p), firstColumn = d.FirstColumn(q),
            endColumn = d.EndColumn(q);
        var input = x.SubView(plane * d.H * d.W, d.H * d.W);
        float best = input[firstLine * d.W + firstColumn];
        int place = firstLine * d.S + firstColumn;
        for (int h = firstLine; h < endLine; h++)
            for (int w = firstColumn; w < endColumn; w++)
            {
                float value = input[h * d.W + w];
                // The first of equals, and a NaN that nothing replaces.
                bool replaces = (value > best || XMath.IsNaN(value)) && !XMath.IsNaN(best);
                best = replaces ? value : best;
                place = replaces ? h * d.S + w : place;
            }
        y[i] = best;
        taps[i] = place - (p * d.StrideH - d.Top) * d.S - q * d.StrideW + d.Left;
    }

    /// <summary>dx = the sum of dy over the windows that took their maximum there, or adds it.</summary>
    [Kernel]
    public static void MaxBackward(
        Index1D i, ArrayView<float> taps, ArrayView<float> dy, ArrayView<float> dx, PlaneWindow d, int accumulate)
    {
        int row = i / d.W, plane = row / d.H, h = row - plane * d.H, w = i - row * d.W;
        int endP = d.EndWindowAt(h), firstQ = d.FirstWindowAcross(w), endQ = d.EndWindowAcross(w);
        float sum = 0f;
        for (int p = d.FirstWindowAt(h); p < endP; p++)
        {
            int line = (plane * d.P + p) * d.Q, tap = (h - p * d.StrideH + d.Top) * d.S + w + d.Left;
            for (int q = firstQ; q < endQ; q++)
            {
                float gradient = dy[line + q];
                sum += (int)taps[line + q] == tap - q * d.StrideW ? gradient : 0f;
            }
        }
        dx[i] = accumulate != 0 ? dx[i] + sum : sum;
    }

    /// <summary>y = mean over the window.</summary>
    [Kernel]
    public static void Average(Index1D i, ArrayView<float> x, ArrayView<float> y, PlaneWindow d, int countPadding)
    {
        int line = i / d.Q, plane = line / d.P, p = line - plane * d.P, q = i - line * d.Q;
        var input = x.SubView(plane * d.H * d.W, d.H * d.W);
        float sum = 0f;
        for (int h = d.FirstLine(p); h < d.EndLine(p); h++)
            for (int w = d.FirstColumn(q); w < d.EndColumn(q); w++)
                sum += input[h * d.W + w];
        y[i] = sum / d.Elements(p, q, countPadding);
    }

    /// <summary>dx = the sum over the windows of dy / elements of the window, or adds it.</summary>
    [Kernel]
    public static void AverageBackward(
        Index1D i, ArrayView<float> dy, ArrayView<float> dx, PlaneWindow d, int countPadding, int accumulate)
    {
        int row = i / d.W, plane = row / d.H, h = row - plane * d.H, w = i - row * d.W;
        float sum = 0f;
        for (int p = d.FirstWindowAt(h); p < d.EndWindowAt(h); p++)
            for (int q = d.FirstWindowAcross(w); q < d.EndWindowAcross(w); q++)
                sum += dy[(plane * d.P + p) * d.Q + q] / d.Elements(p, q, countPadding);
        dx[i] = accumulate != 0 ? dx[i] + sum : sum;
    }

    /// <summary>y = sqrt(the sum of x^2 over the window).</summary>
    [Kernel]
    public static void L2(Index1D i, ArrayView<float> x, ArrayView<float> y, PlaneWindow d)
    {
        int line = i / d.Q, plane = line / d.P, p = line - plane * d.P, q = i - line * d.Q;
        int endLine = d.EndLine(p), firstColumn = d.FirstColumn(q), endColumn = d.EndColumn(q);
        var input = x.SubView(plane * d.H * d.W, d.H * d.W);
        float sum = 0f;
        for (int h = d.FirstLine(p); h < endLine; h++)
            for (int w = firstColumn; w < endColumn; w++)
                sum += input[h * d.W + w] * input[h * d.W + w];
        y[i] = MathF.Sqrt(sum);
    }

    /// <summary>dx = x * (the sum over the windows of dy / y), or adds it; a window with y = 0 adds nothing.</summary>
    [Kernel]
    public static void L2Backward(
        Index1D i, ArrayView<float> x, ArrayView<float> y, ArrayView<float> dy, ArrayView<float> dx, PlaneWindow d,
        int accumulate)
    {
        int row = i / d.W, plane = row / d.H, h = row - plane * d.H, w = i - row * d.W;
        int endP = d.EndWindowAt(h), firstQ = d.FirstWindowAcross(w), endQ = d.EndWindowAcross(w);
        float sum = 0f;
        for (int p = d.FirstWindowAt(h); p < endP; p++)
        {
            int line = (plane * d.P + p) * d.Q;
            for (int q = firstQ; q < endQ; q++)
            {
                float root = y[line + q], share = dy[line + q] / root;
                sum += root != 0f ? share : 0f;
            }
        }
        float gradient = x[i] * sum;
        dx[i] = accumulate != 0 ? dx[i] + gradient : gradient;
    }
}
