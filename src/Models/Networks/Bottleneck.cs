using TripletGpu.Modules;
using static TripletGpu.Ops.TensorOps;

namespace TripletGpu.Models.Networks;

/// <summary>
/// ResNet's bottleneck (He et al. 2015): 1x1, 3x3, 1x1 convolutions with batch norm, added to the input (or to its
/// 1x1 projection where the size changes), then ReLU. Names are torchvision's.
/// </summary>
public sealed class Bottleneck : Module
{
    /// <summary>Output channels by inner channels.</summary>
    public const int Expansion = 4;

    readonly Conv2d conv1, conv2, conv3;
    readonly BatchNormRelu bn1, bn2, bn3;
    readonly Sequential? downsample;

    /// <param name="device">Where the parameters live.</param>
    /// <param name="inputChannels">C.</param>
    /// <param name="width">Channels of the 3x3 convolution; the output has four times as many.</param>
    /// <param name="stride">2 halves the map.</param>
    /// <param name="strideOnFirst">Whether the first 1x1 convolution has the stride, or the 3x3 (torchvision).</param>
    public Bottleneck(Device device, int inputChannels, int width, int stride, bool strideOnFirst) : base(device)
    {
        (int first, int second) = strideOnFirst ? (stride, 1) : (1, stride);
        conv1 = Add("conv1", new Conv2d(device, inputChannels, width, 1, first, bias: false));
        bn1 = Add("bn1", new BatchNormRelu(device, width));
        conv2 = Add("conv2", new Conv2d(device, width, width, 3, second, padding: 1, bias: false));
        bn2 = Add("bn2", new BatchNormRelu(device, width));
        conv3 = Add("conv3", new Conv2d(device, width, width * Expansion, 1, bias: false));
        bn3 = Add("bn3", new BatchNormRelu(device, width * Expansion));
        if (stride != 1 || inputChannels != width * Expansion)
            downsample = Add("downsample", new Sequential(
                device,
                new Conv2d(device, inputChannels, width * Expansion, 1, stride, bias: false),
                new BatchNorm2d(device, width * Expansion)));
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        Tensor map = x;
        foreach (Module part in (ReadOnlySpan<Module>)[conv1, bn1, conv2, bn2, conv3])
        {
            Tensor next = part.Forward(map);
            if (map != x) Device.CurrentStep!.Discard(map);
            map = next;
        }
        Tensor shortcut = downsample?.Forward(x) ?? x;
        Tensor y = bn3.Forward(map, shortcut);
        Device.CurrentStep!.Discard(map);
        if (shortcut != x) Device.CurrentStep!.Discard(shortcut);
        return y;
    }
}
