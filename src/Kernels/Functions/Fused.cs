using ILGPU.IR.Intrinsics;

namespace TripletGpu.Kernels.Functions;

/// <summary>
/// Multiply-adds that round once, on every device: results that are compared bit by bit may not depend on whether a
/// compiler contracts.
/// </summary>
public static class Fused
{
    /// <summary>a * b + c, rounded once. ILGPU knows no such operation; its driver registers one.</summary>
    [IntrinsicImplementation]
    public static float MultiplyAdd(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);

    /// <summary>
    /// a * b + c for sums of many terms, whose last bits differ between devices anyway: rounded once, but twice on an
    /// OpenCL device without CL_FP_FMA, whose <c>fma</c> is a long function in the place of an instruction. As
    /// <see cref="float.MultiplyAddEstimate"/>.
    /// </summary>
    [IntrinsicImplementation]
    public static float MultiplyAddEstimate(float a, float b, float c) => MathF.FusedMultiplyAdd(a, b, c);
}
