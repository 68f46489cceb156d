namespace TripletGpu.Modules;

/// <summary>The input as it is: stands where a part is switched off.</summary>
/// <param name="device">Where it runs.</param>
public sealed class Identity(Device device) : Module(device)
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x;
}
