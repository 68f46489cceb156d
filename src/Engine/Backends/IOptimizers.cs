using TripletGpu.Kernels.Optimizers;

namespace TripletGpu.Backends;

/// <summary>Parameter updates. The rule is a type argument, so that a new optimizer adds no method here.</summary>
public interface IOptimizers
{
    /// <summary>Updates all the weights of a step, and what the rule keeps for them, in one call.</summary>
    void Update<TRule>(ReadOnlySpan<ParameterUpdate<TRule>> updates) where TRule : struct, IUpdateRule;
}

/// <summary>One tensor of weights to update; all tensors have the same number of elements.</summary>
/// <param name="Rule">The rule with this tensor's settings.</param>
/// <param name="Weights">The weights, updated.</param>
/// <param name="Gradient">Their gradient.</param>
/// <param name="First">The first kept value of each weight, updated; null where the rule keeps none.</param>
/// <param name="Second">
/// The second kept value of each weight, updated; null where the rule keeps fewer than two.
/// </param>
public readonly record struct ParameterUpdate<TRule>(
    TRule Rule, Tensor Weights, Tensor Gradient, Tensor? First, Tensor? Second) where TRule : struct, IUpdateRule;
