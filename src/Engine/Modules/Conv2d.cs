using TripletGpu.Ops;

namespace TripletGpu.Modules;

/// <summary>
/// A convolution layer with the parameters <c>weight</c> (out, in, kernel, kernel) and, if asked for,
/// <c>bias</c> (out).
/// </summary>
public sealed class Conv2d : Module
{
    readonly Parameter weight;
    readonly Parameter? bias;
    readonly int stride, padding;

    /// <param name="device">Where the parameters live.</param>
    /// <param name="inputChannels">Channels of the input.</param>
    /// <param name="outputChannels">Filters.</param>
    /// <param name="kernel">Taps along each axis.</param>
    /// <param name="stride">Pixels between neighbouring outputs.</param>
    /// <param name="padding">Zeros on each side of the map.</param>
    /// <param name="bias">Whether each filter adds a learned constant; not before a batch norm.</param>
    public Conv2d(
        Device device, int inputChannels, int outputChannels, int kernel, int stride = 1, int padding = 0,
        bool bias = true)
        : base(device)
    {
        (this.stride, this.padding) = (stride, padding);
        Initializer fanIn = Initializer.FanIn(inputChannels * kernel * kernel);
        weight = AddParameter("weight", new Shape(outputChannels, inputChannels, kernel, kernel), fanIn);
        if (bias) this.bias = AddParameter("bias", new Shape(outputChannels), fanIn);
    }

    /// <summary>The filters.</summary>
    public Parameter Weight => weight;

    /// <summary>The constant of each filter, or null.</summary>
    public Parameter? Bias => bias;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Conv2d(weight.Value, bias?.Value, stride, padding);
}
