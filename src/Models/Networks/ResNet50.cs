using TripletGpu.Modules;
using static TripletGpu.Ops.TensorOps;
using PoolingWindow = TripletGpu.Ops.PoolingWindow;

namespace TripletGpu.Models.Networks;

/// <summary>
/// ResNet50 (He et al. 2015) with torchvision's parameter names: <c>conv1</c>, <c>bn1</c>,
/// <c>layer1.0.conv1</c> … <c>layer4.2.bn3</c>, <c>fc</c>. 23.5 million parameters before the last layer, 4.1
/// billion multiply-adds at 224 pixels.
/// </summary>
public sealed class ResNet50 : EmbeddingNetwork
{
    const int PooledPerWidth = 32;
    static readonly int[] blocksPerStage = [3, 4, 6, 3];

    /// <param name="device">Where the parameters live.</param>
    /// <param name="settings">The form.</param>
    public ResNet50(Device device, ResNet50Settings settings)
        : base(
            device, settings.Input, settings.Outputs > 0 ? settings.Outputs : settings.Width * PooledPerWidth,
            settings.Normalize)
    {
        if (settings.Input.Rank != 3)
            throw new UserErrorException($"resnet50 takes images (C, H, W), not {settings.Input}");
        int channels = settings.Width;
        Add("conv1", new Conv2d(device, settings.Input[0], channels, 7, 2, padding: 3, bias: false));
        Add("bn1", new BatchNormRelu(device, channels));
        Add("maxpool", new MaxPool2d(device, PoolingWindow.Square(3, 2, padding: 1)));
        for (int stage = 0; stage < blocksPerStage.Length; stage++)
        {
            int width = settings.Width << stage;
            for (int block = 0; block < blocksPerStage[stage]; block++)
            {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                Add($"layer{stage + 1}.{block}",
                    new Bottleneck(device, channels, width, stride, settings.StrideOnFirst));
                channels = width * Bottleneck.Expansion;
            }
        }
        Add("avgpool", new GlobalAveragePool(device));
        if (settings.Outputs == 0) return;
        if (settings.Dropout > 0) Add("dropout", new Dropout(device, settings.Dropout, settings.Seed));
        Add("fc", new Linear(device, channels, settings.Outputs));
    }

    /// <inheritdoc/>
    protected override Tensor Embed(Tensor images) => ForwardParts(images);
}
