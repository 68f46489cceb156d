using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Gpu.Convolution;

/// <summary>
/// A part of the way back through a convolution to its input. The input pixels whose line and column leave the same
/// remainders by the stride see the output's gradient through the same taps, one after the other: for them the way
/// back is a convolution of dy with stride 1 and those taps in reverse order. A stride of 1 has one phase, all taps
/// and all pixels.
/// </summary>
/// <param name="Taps">The taps of the filters that reach these pixels; none for a pixel that no window sees.</param>
/// <param name="Shape">The convolution of dy, K channels to C.</param>
/// <param name="Target">Where its results lie in dx.</param>
readonly record struct ConvolutionPhase(TapSubset Taps, ConvolutionShape Shape, ConvolutionTarget Target)
{
    /// <summary>Whether these pixels are reached by every tap of the filters.</summary>
    public bool TakesAllTaps(ConvolutionShape d) => Taps.Lines == d.R && Taps.Columns == d.S;

    /// <summary>The phases, which together write every pixel of the input once.</summary>
    public static IEnumerable<ConvolutionPhase> Of(ConvolutionShape d, bool accumulate)
    {
        for (int h = 0; h < Math.Min(d.StrideH, d.H); h++)
            for (int w = 0; w < Math.Min(d.StrideW, d.W); w++)
            {
                Axis down = new(h, d.H, d.R, d.StrideH, d.Top, d.DilationH);
                Axis across = new(w, d.W, d.S, d.StrideW, d.Left, d.DilationW);
                bool isSeen = down.Taps > 0 && across.Taps > 0;
                yield return new(
                    new(down.First, across.First, down.Step, across.Step, down.Taps, across.Taps),
                    isSeen ? new(
                        d.N, d.K, d.P, d.Q, d.C, down.Taps, across.Taps, down.Pixels, across.Pixels, 1, 1, down.Padding,
                        across.Padding, down.Dilation, across.Dilation)
                    : new(d.N, 0, d.P, d.Q, d.C, 1, 1, down.Pixels, across.Pixels, 1, 1, 0, 0, 1, 1),
                    ConvolutionTarget.All(d.H, d.W, accumulate ? 1 : 0) with
                    {
                        FirstH = h,
                        FirstW = w,
                        StepH = d.StrideH,
                        StepW = d.StrideW,
                    });
            }
    }

    /// <summary>
    /// One axis. Pixel phase + stride i is seen from output pixel p through tap r where
    /// p stride + r dilation - padding = phase + stride i, so the taps' distances must leave the phase's remainder.
    /// </summary>
    readonly struct Axis
    {
        public Axis(int phase, int length, int taps, int stride, int padding, int dilation)
        {
            Pixels = (length - phase + stride - 1) / stride;
            Step = stride / (int)System.Numerics.BigInteger.GreatestCommonDivisor(stride, dilation);
            Dilation = Step * dilation / stride;
            while (First < taps && (phase + padding - First * dilation) % stride != 0) First++;
            if (First >= taps) return;
            Taps = (taps - 1 - First) / Step + 1;
            // The last tap, which comes first in reverse order, looks at output pixel i + nearest - (Taps
            // - 1) Dilation.
            int nearest = (phase + padding - First * dilation) / stride;
            Padding = (Taps - 1) * Dilation - nearest;
        }

        public int Pixels { get; }

        public int First { get; }

        public int Step { get; }

        public int Taps { get; }

        public int Dilation { get; }

        public int Padding { get; }
    }
}
