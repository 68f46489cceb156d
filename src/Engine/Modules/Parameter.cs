using TripletGpu.Autograd;

namespace TripletGpu.Modules;

/// <summary>A named tensor that outlives steps: a weight that training changes, or a running statistic.</summary>
public sealed class Parameter
{
    internal Parameter(Device device, Shape shape, Initializer initializer, bool isStatistic)
    {
        Value = device.Unowned(shape, ElementType.Float32, "Parameter");
        (Initializer, IsStatistic) = (initializer, isStatistic);
        IsTrainable = !isStatistic;
    }

    /// <summary>The dotted path inside the network, as in PyTorch: <c>layer1.0.conv1.weight</c>.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>The values, on the device.</summary>
    public Tensor Value { get; }

    /// <summary>How the values are drawn.</summary>
    public Initializer Initializer { get; }

    /// <summary>
    /// Whether it is a statistic that the forward pass updates (running mean and variance), not a weight.
    /// </summary>
    public bool IsStatistic { get; }

    /// <summary>Whether gradients are computed and optimizers change it. False for statistics, always.</summary>
    public bool IsTrainable
    {
        get => Value.RequiresGradient;
        set => Value.RequiresGradient = value && !IsStatistic;
    }

    /// <summary>The gradient in the device's current step, or null.</summary>
    public Tensor? Gradient => Value.Device.CurrentStep?.Gradients.Find(Value);

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Value.Shape}";
}
