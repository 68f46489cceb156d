using TripletGpu.Ops;

namespace TripletGpu.Modules;

/// <summary>L2 pooling.</summary>
/// <param name="device">Where it runs.</param>
/// <param name="window">The window; <see cref="PoolingWindow.Square"/> makes the usual ones.</param>
public sealed class L2Pool2d(Device device, PoolingWindow window) : Module(device)
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.L2Pool2d(window);
}
