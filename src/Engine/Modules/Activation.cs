using TripletGpu.Kernels.Functions;
using TripletGpu.Ops;

namespace TripletGpu.Modules;

/// <summary>A function of one value as a part of a network: <c>new Activation&lt;Tanh&gt;(device)</c>.</summary>
/// <param name="device">Where it runs.</param>
/// <typeparam name="TMath">The function.</typeparam>
public sealed class Activation<TMath>(Device device) : Module(device) where TMath : struct, IUnaryMath
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => new Unary<TMath>().Apply(x);
}
