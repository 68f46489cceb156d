namespace TripletGpu.Autograd;

/// <summary>
/// Sees every operation that a device runs forwards: to list layers, or to find the first that goes wrong.
/// </summary>
public interface IOpObserver
{
    /// <summary>Called after the forward pass of an operation.</summary>
    void Applied(Op op, ReadOnlySpan<Tensor> x, Tensor y);
}
