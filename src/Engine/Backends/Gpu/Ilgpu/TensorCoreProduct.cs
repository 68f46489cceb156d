using ILGPU;
using ILGPU.IR.Intrinsics;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Backends.Gpu.Ilgpu;

/// <summary>
/// What ILGPU compiles for CUDA in place of <see cref="TensorCore.MultiplyAdd"/> and
/// <see cref="TensorCore.MultiplyAddPairs"/>, in two steps: a function of which only the text is registered can have no
/// view among its parameters.
/// </summary>
static class TensorCoreProduct
{
    /// <summary>Without the memory that a tensor core does not need.</summary>
    public static Float4 Redirected(ArrayView<float> fragments, Float4 a, float b0, float b1, Float4 sums) =>
        MultiplyAdd(a, b0, b1, sums);

    /// <summary>One instruction; <see cref="IlgpuIntrinsics"/> writes it.</summary>
    [IntrinsicImplementation]
    public static Float4 MultiplyAdd(Float4 a, float b0, float b1, Float4 sums) => throw new NotSupportedException();

    /// <inheritdoc cref="Redirected"/>
    public static Float4 RedirectedPairs(ArrayView<float> fragments, Float4 a, float b0, float b1, Float4 sums) =>
        MultiplyAddPairs(a, b0, b1, sums);

    /// <inheritdoc cref="MultiplyAdd"/>
    [IntrinsicImplementation]
    public static Float4 MultiplyAddPairs(Float4 a, float b0, float b1, Float4 sums) =>
        throw new NotSupportedException();
}
