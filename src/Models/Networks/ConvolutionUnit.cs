using TripletGpu.Modules;
using static TripletGpu.Ops.TensorOps;

namespace TripletGpu.Models.Networks;

/// <summary>
/// A convolution with what follows it in NN2: batch norm and ReLU, or ReLU alone. Keeps the map's size at stride 1.
/// </summary>
public sealed class ConvolutionUnit : Module
{
    readonly Conv2d convolution;
    readonly BatchNormRelu? norm;
    readonly int stride, padding;

    /// <param name="device">Where the parameters live.</param>
    /// <param name="inputChannels">C.</param>
    /// <param name="outputChannels">K.</param>
    /// <param name="kernel">R = S, odd.</param>
    /// <param name="stride">Pixels between neighbouring outputs.</param>
    /// <param name="batchNorm">Whether batch norm follows the convolution.</param>
    /// <param name="bias">Whether the convolution has a bias.</param>
    public ConvolutionUnit(
        Device device, int inputChannels, int outputChannels, int kernel, int stride, bool batchNorm, bool bias)
        : base(device)
    {
        (this.stride, padding) = (stride, kernel / 2);
        convolution = Add("conv", new Conv2d(device, inputChannels, outputChannels, kernel, stride, padding, bias));
        if (batchNorm) norm = Add("bn", new BatchNormRelu(device, outputChannels));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Forward([this], [x])[0];

    /// <summary>Units side by side, each of its own input: their norms look at the batch together.</summary>
    /// <param name="units">None reads what another one gives; all have a batch norm, or none has.</param>
    /// <param name="x">The input of each.</param>
    /// <returns>The output of each.</returns>
    public static Tensor[] Forward(ConvolutionUnit[] units, Tensor[] x)
    {
        BatchNormRelu[] norms = [.. units.Select(unit => unit.norm).OfType<BatchNormRelu>()];
        return norms.Length == 0 ? [.. units.Select((unit, i) => unit.Convolve(x[i]))]
            : BatchNormRelu.Forward(norms, i => units[i].Convolve(x[i]));
    }

    /// <summary>
    /// The outputs of such units one after the other along the channels, with further maps behind them.
    /// </summary>
    /// <param name="units">As in <see cref="Forward(ConvolutionUnit[], Tensor[])"/>.</param>
    /// <param name="x">The input of each.</param>
    /// <param name="further">Maps of the same extents, but for the channels.</param>
    public static Tensor Join(ConvolutionUnit[] units, Tensor[] x, params ReadOnlySpan<Tensor> further)
    {
        BatchNormRelu[] norms = [.. units.Select(unit => unit.norm).OfType<BatchNormRelu>()];
        if (norms.Length > 0) return BatchNormRelu.Join(norms, i => units[i].Convolve(x[i]), further);
        Tensor[] parts = Forward(units, x);
        Tensor y = Concat(1, [.. parts, .. further]);
        foreach (Tensor part in parts) part.Device.CurrentStep!.Discard(part);
        return y;
    }

    Tensor Convolve(Tensor x) => norm is not null ? convolution.Forward(x)
        : x.Conv2d(convolution.Weight.Value, convolution.Bias?.Value, stride, padding, relu: true);
}
