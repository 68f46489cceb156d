using TripletGpu.Ops;

namespace TripletGpu.Modules;

/// <summary>All dimensions after the first as one: (N, C, H, W) becomes (N, C * H * W).</summary>
/// <param name="device">Where it runs.</param>
public sealed class Flatten(Device device) : Module(device)
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Flatten();
}
