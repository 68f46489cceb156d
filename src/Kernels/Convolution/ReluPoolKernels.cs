using ILGPU;
using ILGPU.Algorithms;

namespace TripletGpu.Kernels.Convolution;

/// <summary>Planes of H x W pooled to P x Q, Channels planes an image.</summary>
public readonly record struct ReluPoolDims(int Channels, int H, int W, int P, int Q);

/// <summary>
/// ReLU and max pooling of 2 x 2 with stride 2 in one pass. The place of each maximum is a byte: 0 to 3 is the pixel of
/// the window, 4 says that ReLU cut it. Bound by memory.
/// </summary>
public static partial class ReluPoolKernels
{
    const int Cut = 4;

    /// <summary>y = max(0, max over the window of x + bias). One item a line of results.</summary>
    [Kernel]
    public static void Forward(
        Index1D i, ArrayView<float> x, ArrayView<float> bias, ArrayView<float> y, ArrayView<int> places, ReluPoolDims d)
    {
        int plane = i / d.P, p = i % d.P;
        float shift = bias[plane % d.Channels];
        var upper = x.SubView((plane * d.H + 2 * p) * d.W, d.W);
        var lower = x.SubView((plane * d.H + 2 * p + 1) * d.W, d.W);
        var to = y.SubView(i * d.Q, d.Q);
        var bytes = places.Cast<byte>();
        for (int q = 0; q < d.Q; q++)
        {
            float best = upper[2 * q];
            int place = 0;
            float second = upper[2 * q + 1], third = lower[2 * q], fourth = lower[2 * q + 1];
            if (second > best || XMath.IsNaN(second))
            {
                best = second;
                place = 1;
            }
            if (third > best || XMath.IsNaN(third))
            {
                best = third;
                place = 2;
            }
            if (fourth > best || XMath.IsNaN(fourth))
            {
                best = fourth;
                place = 3;
            }
            best += shift;
            to[q] = MathF.Max(best, 0f);
            bytes[i * d.Q + q] = (byte)(best <= 0f ? Cut : place);
        }
    }
}
