using TripletGpu.Ops;

namespace TripletGpu.Modules;

/// <summary>
/// A fully connected layer with the parameters <c>weight</c> (out, in) and, if asked for, <c>bias</c> (out).
/// </summary>
public sealed class Linear : Module
{
    readonly Parameter weight;
    readonly Parameter? bias;

    /// <param name="device">Where the parameters live.</param>
    /// <param name="inputs">Features of the input.</param>
    /// <param name="outputs">Features of the output.</param>
    /// <param name="bias">Whether each output adds a learned constant.</param>
    public Linear(Device device, int inputs, int outputs, bool bias = true) : base(device)
    {
        Initializer fanIn = Initializer.FanIn(inputs);
        weight = AddParameter("weight", new Shape(outputs, inputs), fanIn);
        if (bias) this.bias = AddParameter("bias", new Shape(outputs), fanIn);
    }

    /// <summary>The matrix.</summary>
    public Parameter Weight => weight;

    /// <summary>The constants, or null.</summary>
    public Parameter? Bias => bias;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.Linear(weight.Value, bias?.Value);
}
