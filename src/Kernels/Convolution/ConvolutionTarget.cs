namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// Where a convolution's results go: pixel (p, q) to line FirstH + p StepH and column FirstW + q StepW of maps of H x
/// W, the others stay as they are; and what happens to a result on its way: it is added to what lies there, a bias and
/// a residual are added, it is clipped to [Low, High]. Flags are 0 or 1.
/// </summary>
public readonly record struct ConvolutionTarget(
    int H, int W, int StepH, int StepW, int FirstH, int FirstW, int Accumulate, int HasBias, int HasResidual,
    int Clips, float Low, float High)
{
    /// <summary>Every pixel of an output of P x Q.</summary>
    public static ConvolutionTarget All(int p, int q, int accumulate = 0) =>
        new(p, q, 1, 1, 0, 0, accumulate, 0, 0, 0, 0f, 0f);

    /// <summary>Where pixel (p, q) of a map goes.</summary>
    public int At(int p, int q) => (FirstH + p * StepH) * W + FirstW + q * StepW;

    /// <summary>Whether anything but the sum itself is written.</summary>
    public bool Finishes => HasBias + HasResidual + Clips != 0;

    /// <summary>A result within [Low, High]; NaN stays.</summary>
    public float Clip(float value) => MathF.Min(MathF.Max(value, Low), High);
}
