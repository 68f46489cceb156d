namespace TripletGpu.Backends;

/// <summary>
/// A layer's weight in a backend's own form, of the same values in another order: it can stand for the weight.
/// </summary>
public interface IPackedWeight : IDisposable
{
    /// <summary>Writes the values back in the weight's order.</summary>
    /// <param name="weight">A tensor of the weight's shape.</param>
    void Unpack(Tensor weight);
}
