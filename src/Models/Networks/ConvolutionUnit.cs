using TripletGpu.Modules;
using TripletGpu.Ops;
using BatchNormRelu = TripletGpu.Modules.BatchNormRelu;
using Conv2d = TripletGpu.Modules.Conv2d;

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
    public override Tensor Forward(Tensor x)
    {
        if (norm is null)
            return x.Conv2d(convolution.Weight.Value, convolution.Bias?.Value, stride, padding, relu: true);
        Tensor map = convolution.Forward(x), y = norm.Forward(map);
        Device.CurrentStep!.Discard(map);
        return y;
    }
}
