namespace TripletGpu.Autograd;

/// <summary>The gradients of one step, by the tensor that they belong to. They live as long as the step.</summary>
public sealed class Gradients
{
    readonly Dictionary<Tensor, Tensor> byTensor = new(ReferenceEqualityComparer.Instance);

    /// <summary>The gradient of a leaf (a parameter's value or an input that asked for one), or null.</summary>
    public Tensor? Find(Tensor of) => byTensor.GetValueOrDefault(of);

    /// <summary>The gradient of a leaf.</summary>
    /// <exception cref="InvalidOperationException">
    /// There is none: no path leads from the loss to that tensor.
    /// </exception>
    public Tensor this[Tensor of] => Find(of) ?? throw new InvalidOperationException(
        $"{of} has no gradient: Backward has not been called, the loss does not depend on it, or it is no leaf");

    internal void Set(Tensor of, Tensor gradient) => byTensor[of] = gradient;

    internal Tensor? Take(Tensor of) => byTensor.Remove(of, out Tensor? gradient) ? gradient : null;

}
