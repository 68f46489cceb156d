using ILGPU;

namespace TripletGpu.Kernels;

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
        uint bits = Bits((uint)(group * 16 + inGroup % 16), inGroup / 16, mask);
        float value = bits >= mask.Threshold ? x[i] * mask.Scale : 0f;
        y[i] = accumulate != 0 ? y[i] + value : value;
    }

    /// <summary>
    /// One of the four words of a Philox block (Salmon et al. 2011): ten rounds over a counter of 128 bits.
    /// </summary>
    static uint Bits(uint counter, int word, DropoutDims mask)
    {
        uint c0 = counter, c1 = mask.Step, c2 = mask.StreamLow, c3 = mask.StreamHigh;
        uint k0 = mask.SeedLow, k1 = mask.SeedHigh;
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = c0 * 0xD2511F53ul, p1 = c2 * 0xCD9E8D57ul;
            uint next0 = (uint)(p1 >> 32) ^ c1 ^ k0, next2 = (uint)(p0 >> 32) ^ c3 ^ k1;
            c1 = (uint)(p1 & 0xFFFFFFFFul);
            c3 = (uint)(p0 & 0xFFFFFFFFul);
            c0 = next0;
            c2 = next2;
            k0 = unchecked(k0 + 0x9E3779B9u);
            k1 = unchecked(k1 + 0xBB67AE85u);
        }
        return word == 0 ? c0 : word == 1 ? c1 : word == 2 ? c2 : c3;
    }
}
