namespace TripletGpu.Modules;

/// <summary>Parts one after the other.</summary>
public sealed class Sequential : Module
{
    /// <param name="device">Where it runs.</param>
    /// <param name="parts">The parts with their names, in order.</param>
    public Sequential(Device device, params ReadOnlySpan<(string Name, Module Part)> parts) : base(device)
    {
        foreach ((string name, Module part) in parts) Add(name, part);
    }

    /// <summary>Parts that are named by their numbers, as PyTorch does: <c>0.weight</c>, <c>2.weight</c>.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="parts">The parts, in order.</param>
    public Sequential(Device device, params ReadOnlySpan<Module> parts) : base(device)
    {
        for (int i = 0; i < parts.Length; i++) Add($"{i}", parts[i]);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => ForwardParts(x);
}
