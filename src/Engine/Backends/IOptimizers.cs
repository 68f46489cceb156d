using TripletGpu.Kernels.Optimizers;

namespace TripletGpu.Backends;

/// <summary>Parameter updates. The rule is a type argument, so that a new optimizer adds no method here.</summary>
public interface IOptimizers
{
    /// <summary>
    /// Marks an update as refused where a tensor holds NaN or infinity, and each such tensor. Does not wait for the
    /// device.
    /// </summary>
    /// <param name="x">The tensors in the order of their marks; null for one that takes no part.</param>
    /// <param name="marks">Where to.</param>
    void MarkNonFinite(ReadOnlySpan<Tensor?> x, UpdateMarks marks);

    /// <summary>
    /// Updates all the weights of a step, and what the rule keeps for them, in one call; or none of them, if the update
    /// is marked as refused. Marks tensors whose new values are NaN or infinite.
    /// </summary>
    /// <param name="updates">What is updated, in the order of the marks.</param>
    /// <param name="marks">Where to.</param>
    void Update<TRule>(ReadOnlySpan<ParameterUpdate<TRule>> updates, UpdateMarks marks)
        where TRule : struct, IUpdateRule;
}

/// <summary>
/// Where an update leaves word of numbers that are not finite, on its device, so that nobody has to wait for it.
/// </summary>
/// <param name="Tensor">
/// Int32: the number of the last update that was refused, of the last that overflowed, and of the last of either kind
/// for each tensor that was looked at. Zero at first.
/// </param>
/// <param name="Lengths">Int32: the number of elements of each of these tensors.</param>
/// <param name="Number">This update's number, above 0.</param>
public readonly record struct UpdateMarks(Tensor Tensor, Tensor Lengths, int Number);

/// <summary>One tensor of weights to update; all tensors have the same number of elements.</summary>
/// <param name="Rule">The rule with this tensor's settings.</param>
/// <param name="Weights">The weights, updated.</param>
/// <param name="Gradient">Their gradient.</param>
/// <param name="First">The first kept value of each weight, updated; null where the rule keeps none.</param>
/// <param name="Second">
/// The second kept value of each weight, updated; null where the rule keeps fewer than two.
/// </param>
/// <param name="Place">Which tensor it is, among those that are marked.</param>
public readonly record struct ParameterUpdate<TRule>(
    TRule Rule, Tensor Weights, Tensor Gradient, Tensor? First, Tensor? Second, int Place)
    where TRule : struct, IUpdateRule;
