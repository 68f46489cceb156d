namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// What an item stages of an operand in a step: four lines at one depth, and where a group stages half a step's depths
/// at once the same lines half a step further.
/// </summary>
public struct StagedStep
{
    /// <summary>Four lines' elements.</summary>
    public Float4 First, Second;
}
