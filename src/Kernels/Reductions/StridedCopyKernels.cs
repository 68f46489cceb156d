using ILGPU;

namespace TripletGpu.Kernels;

/// <summary>A box of up to six axes with the strides of its source and its target along them.</summary>
public readonly record struct StridedDims(
    int Extent1, int Extent2, int Extent3, int Extent4, int Extent5, int From0, int From1, int From2, int From3,
    int From4,
    int From5, int To0, int To1, int To2, int To3, int To4, int To5, int FromStart, int ToStart);

/// <summary>Copies that change the order of elements: permutations, slices, concatenations, repetitions.</summary>
public static partial class StridedCopyKernels
{
    /// <summary>to[...] = scale * from[...], or adds it. Parallel over the box; bound by memory.</summary>
    [Kernel]
    public static void Copy(
        Index1D i, ArrayView<float> from, ArrayView<float> to, StridedDims d, float scale, int accumulate)
    {
        int rest = i;
        int axis5 = rest % d.Extent5;
        rest /= d.Extent5;
        int axis4 = rest % d.Extent4;
        rest /= d.Extent4;
        int axis3 = rest % d.Extent3;
        rest /= d.Extent3;
        int axis2 = rest % d.Extent2;
        rest /= d.Extent2;
        int axis1 = rest % d.Extent1, axis0 = rest / d.Extent1;
        int source = d.FromStart + axis0 * d.From0 + axis1 * d.From1 + axis2 * d.From2 + axis3 * d.From3
            + axis4 * d.From4
            + axis5 * d.From5;
        int target = d.ToStart + axis0 * d.To0 + axis1 * d.To1 + axis2 * d.To2 + axis3 * d.To3 + axis4 * d.To4
            + axis5 * d.To5;
        float value = scale * from[source];
        to[target] = accumulate != 0 ? to[target] + value : value;
    }
}
