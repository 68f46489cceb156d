using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Elementwise;

/// <summary>Dropout's mask as numbers: which bits are kept, and of which random sequence.</summary>
public readonly record struct DropoutDims(
    uint SeedLow, uint SeedHigh, uint StreamLow, uint StreamHigh, uint Step, uint Threshold, float Scale);

/// <summary>
/// Dropout with Philox 4x32-10: an element's bits are a function of the mask's numbers and its index alone.
/// </summary>
public static partial class DropoutKernels
{
    /// <summary>Elements that share sixteen blocks of four numbers; the CPU draws them side by side.</summary>
    const int GroupSize = 64;

    /// <summary>y = x * scale where the mask keeps the element, elsewhere 0; overwrites or adds.</summary>
    [Kernel]
    public static void Apply(
        Index1D i, [MayAlias] ArrayView<float> x, [MayAlias] ArrayView<float> y, DropoutDims mask, int accumulate)
    {
        int group = i / GroupSize, inGroup = i % GroupSize;
        uint bits = PhiloxBlock.Word(
            inGroup / 16, (uint)(group * 16 + inGroup % 16), mask.Step, mask.StreamLow, mask.StreamHigh, mask.SeedLow,
            mask.SeedHigh);
        float value = bits >= mask.Threshold ? x[i] * mask.Scale : 0f;
        y[i] = accumulate != 0 ? y[i] + value : value;
    }
}
