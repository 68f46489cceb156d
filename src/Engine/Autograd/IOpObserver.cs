namespace TripletGpu.Autograd;

/// <summary>
/// Sees every operation that a device runs: to list layers, to time them, or to find the first that goes wrong.
/// </summary>
public interface IOpObserver
{
    /// <summary>Called after the forward pass of an operation.</summary>
    void Applied(Op op, ReadOnlySpan<Tensor> x, Tensor y);

    /// <summary>
    /// Called after the backward pass of an operation. Of <paramref name="x"/> and <paramref name="y"/> only the
    /// identity and the shapes are there still; their memory may have been given back.
    /// </summary>
    void Backpropagated(Op op, ReadOnlySpan<Tensor> x, Tensor y)
    {
    }
}
