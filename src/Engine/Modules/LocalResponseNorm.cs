using TripletGpu.Ops;

namespace TripletGpu.Modules;

/// <summary>Local response normalisation across neighbouring channels.</summary>
/// <param name="device">Where it runs.</param>
/// <param name="size">Channels of the window.</param>
/// <param name="alpha">Weight of the mean square.</param>
/// <param name="beta">Exponent.</param>
/// <param name="k">Offset.</param>
public sealed class LocalResponseNorm(Device device, int size = 5, float alpha = 1e-4f, float beta = 0.75f, float k = 1)
    : Module(device)
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.LocalResponseNorm(size, alpha, beta, k);
}
