using TripletGpu.Ops;

namespace TripletGpu.Modules;

/// <summary>Max pooling.</summary>
/// <param name="device">Where it runs.</param>
/// <param name="window">The window; <see cref="PoolingWindow.Square"/> makes the usual ones.</param>
public sealed class MaxPool2d(Device device, PoolingWindow window) : Module(device)
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.MaxPool2d(window);
}
