using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Optimizers;

/// <summary>
/// How an optimizer changes one weight by its gradient, in a scalar and a vector form. The struct holds the settings of
/// one step, corrections for the step's number included. Up to two values are kept for each weight between steps.
/// </summary>
public interface IUpdateRule : IKernelTypeArgument
{
    /// <summary>The new weight.</summary>
    /// <param name="weight">The weight.</param>
    /// <param name="gradient">Its gradient, without weight decay.</param>
    /// <param name="first">The first kept value, updated; undefined where the rule keeps none.</param>
    /// <param name="second">The second kept value, updated; undefined where the rule keeps fewer than two.</param>
    float Update(float weight, float gradient, ref float first, ref float second);

    /// <summary>As the scalar form, for every lane.</summary>
    V Update<V>(V weight, V gradient, ref V first, ref V second) where V : struct, ISimd<V>;
}
