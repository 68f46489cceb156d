using ILGPU;

namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// Reads of what no item of a kernel writes. An address is a sum of 64 bits, for which CUDA's compiler takes several
/// instructions, and one where it is told which of the numbers is a place, from 0.
/// </summary>
public static class GlobalMemory
{
    /// <summary>from[at].</summary>
    [Native]
    public static float Read(ArrayView<float> from, int at) => from[at];

    /// <summary>from[at + further]: further is from 0, at is what several reads share, of any sign.</summary>
    [Native]
    public static float ReadAt(ArrayView<float> from, int at, int further) => from[at + further];
}
