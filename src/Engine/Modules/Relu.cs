using TripletGpu.Ops;

namespace TripletGpu.Modules;

/// <summary>max(0, x).</summary>
/// <param name="device">Where it runs.</param>
public sealed class Relu(Device device) : Module(device)
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Relu();
}
