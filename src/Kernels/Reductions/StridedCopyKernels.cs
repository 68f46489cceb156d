using ILGPU;

namespace TripletGpu.Kernels.Reductions;

/// <summary>
/// A box of up to six axes with the strides of its source and its target along them. An item takes Each elements along
/// the last axis.
/// </summary>
public readonly record struct StridedDims(
    int Extent1, int Extent2, int Extent3, int Extent4, int Extent5, int From0, int From1, int From2, int From3,
    int From4, int From5, int To0, int To1, int To2, int To3, int To4, int To5, int FromStart, int ToStart, int Each)
{
    /// <summary>Items along the last axis.</summary>
    public int Blocks => (Extent5 + Each - 1) / Each;
}

/// <summary>Copies that change the order of elements: permutations, slices, concatenations, repetitions.</summary>
public static partial class StridedCopyKernels
{
    /// <summary>to[...] = scale * from[...], or adds it. Parallel over blocks of the box; bound by memory.</summary>
    [Kernel]
    public static void Copy(
        Index1D i, [MayAlias] ArrayView<float> from, [MayAlias] ArrayView<float> to, StridedDims d, float scale,
        int accumulate)
    {
        int first = i % d.Blocks * d.Each, end = Math.Min(first + d.Each, d.Extent5);
        int rest = i / d.Blocks;
        int axis4 = rest % d.Extent4;
        rest /= d.Extent4;
        int axis3 = rest % d.Extent3;
        rest /= d.Extent3;
        int axis2 = rest % d.Extent2;
        rest /= d.Extent2;
        int axis1 = rest % d.Extent1, axis0 = rest / d.Extent1;
        int source = d.FromStart + axis0 * d.From0 + axis1 * d.From1 + axis2 * d.From2 + axis3 * d.From3
            + axis4 * d.From4;
        int target = d.ToStart + axis0 * d.To0 + axis1 * d.To1 + axis2 * d.To2 + axis3 * d.To3 + axis4 * d.To4;
        for (int j = first; j < end; j++)
        {
            float value = scale * from[source + j * d.From5];
            int at = target + j * d.To5;
            to[at] = accumulate != 0 ? to[at] + value : value;
        }
    }
}
