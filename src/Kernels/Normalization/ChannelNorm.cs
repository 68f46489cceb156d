using ILGPU;

namespace TripletGpu.Kernels.Normalization;

/// <summary>What batch norm does to the elements of one channel, in training or frozen.</summary>
/// <param name="Mean">The mean, but for <paramref name="Rest"/>.</param>
/// <param name="Rest">What rounding took from it.</param>
/// <param name="Scale">1 / sqrt(variance + epsilon).</param>
/// <param name="Factor">The weight.</param>
/// <param name="Shift">The bias.</param>
readonly record struct ChannelNorm(float Mean, float Rest, float Scale, float Factor, float Shift)
{
    /// <summary>Reads a channel's statistics (3, C), weight and bias.</summary>
    public static ChannelNorm Of(
        ArrayView<float> statistics, ArrayView<float> weight, ArrayView<float> bias, int channel, int channels) => new(
        statistics[channel], statistics[channels + channel], statistics[2 * channels + channel], weight[channel],
        bias[channel]);

    /// <summary>x with mean 0 and deviation 1.</summary>
    public float Normal(float x) => (x - Mean - Rest) * Scale;

    /// <summary>What becomes of x.</summary>
    public float Output(float x) => Normal(x) * Factor + Shift;

    /// <summary>The gradient of the output of a normal x: 0 where a fused ReLU has cut it.</summary>
    public float Passed(float normal, float dy, int relu) => relu != 0 && normal * Factor + Shift <= 0f ? 0f : dy;

    /// <summary>The gradient of x, where g and g n have these means over the channel.</summary>
    public float InputGradient(float normal, float g, float mean, float meanOfProducts) =>
        Factor * Scale * (g - mean - normal * meanOfProducts);
}
