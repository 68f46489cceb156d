using TripletGpu.Ops;

namespace TripletGpu.Modules;

/// <summary>The mean of each plane: (N, C, H, W) becomes (N, C).</summary>
/// <param name="device">Where it runs.</param>
public sealed class GlobalAveragePool(Device device) : Module(device)
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.GlobalAveragePool();
}
