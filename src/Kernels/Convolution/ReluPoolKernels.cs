using ILGPU;
using ILGPU.Algorithms;

namespace TripletGpu.Kernels;

/// <summary>
/// ReLU and max pooling of 2 x 2 with stride 2 in one pass. The place of each maximum is a byte, four to an int: 0 to
/// 3 is
/// the pixel of the window, 4 says that ReLU cut it.
/// </summary>
public static partial class ReluPoolKernels
{
    const int Cut = 4;

    /// <summary>
    /// y = max(0, max over the window of x + bias). One item four neighbouring results, so that each writes a whole
    /// int.
    /// </summary>
    [Kernel]
    public static void Forward(
        Index1D i, ArrayView<float> x, ArrayView<float> bias, ArrayView<float> y, ArrayView<int> places, ReluPoolDims d)
    {
        int packed = 0;
        for (int j = 0; j < 4; j++)
        {
            int at = i * 4 + j;
            if (at >= d.Count) break;
            int plane = at / (d.P * d.Q), p = at / d.Q % d.P, q = at % d.Q;
            int start = (plane * d.H + 2 * p) * d.W + 2 * q;
            float best = x[start];
            int place = 0;
            for (int k = 1; k < 4; k++)
            {
                float value = x[start + k / 2 * d.W + k % 2];
                if (value > best || XMath.IsNaN(value))
                {
                    best = value;
                    place = k;
                }
            }
            best += bias[plane % d.Channels];
            if (best <= 0f) place = Cut;
            y[at] = MathF.Max(best, 0f);
            packed |= place << (8 * j);
        }
        places[i] = packed;
    }

    /// <summary>dx = dy at the place of each window's maximum, elsewhere 0. Parallel over the elements of dx.</summary>
    [Kernel]
    public static void Backward(Index1D i, ArrayView<int> places, ArrayView<float> dy, ArrayView<float> dx,
        ReluPoolDims d)
    {
        int plane = i / (d.H * d.W), h = i / d.W % d.H, w = i % d.W;
        int p = h / 2, q = w / 2;
        float value = 0f;
        if (p < d.P && q < d.Q)
        {
            int at = (plane * d.P + p) * d.Q + q;
            int place = (places[at / 4] >> (8 * (at % 4))) & 255;
            if (place == h % 2 * 2 + w % 2) value = dy[at];
        }
        dx[i] = value;
    }
}

/// <summary>Planes of H x W pooled to P x Q; Count results, Channels planes an image.</summary>
public readonly record struct ReluPoolDims(int Count, int Channels, int H, int W, int P, int Q);
