using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Runner.Bench;

/// <summary>A convolution of a network, on square maps that it keeps the size of up to its stride.</summary>
/// <param name="Name">Network and layer.</param>
/// <param name="Channels">Input channels.</param>
/// <param name="Side">Input pixels along a side.</param>
/// <param name="Filters">Output channels.</param>
/// <param name="Kernel">Taps along a side; half of them, rounded down, is the padding.</param>
/// <param name="Stride">Pixels between outputs.</param>
sealed record ConvolutionLayer(string Name, int Channels, int Side, int Filters, int Kernel, int Stride)
{
    /// <summary>Layers of ResNet50 and NN2.</summary>
    public static ConvolutionLayer[] All { get; } =
    [
        new("ResNet50 conv1", 3, 224, 64, 7, 2), new("ResNet50 layer1 1x1", 256, 56, 64, 1, 1),
        new("ResNet50 layer1 3x3", 64, 56, 64, 3, 1), new("ResNet50 layer2 3x3", 128, 28, 128, 3, 1),
        new("ResNet50 layer3 3x3", 256, 14, 256, 3, 1), new("ResNet50 layer4 3x3", 512, 7, 512, 3, 1),
        new("NN2 inception2 3x3", 64, 56, 192, 3, 1), new("NN2 3b 5x5", 32, 28, 64, 5, 1),
        new("NN2 3c 3x3 stride 2", 128, 28, 256, 3, 2), new("NN2 5a 1x1", 1024, 7, 384, 1, 1),
    ];

    /// <summary>Output pixels along a side.</summary>
    public int OutputSide => (Side + Kernel / 2 * 2 - Kernel) / Stride + 1;

    /// <summary>The convolution of a batch.</summary>
    public ConvolutionShape Of(int images) => new(
        images, Channels, Side, Side, Filters, Kernel, Kernel, OutputSide, OutputSide, Stride, Stride, Kernel / 2,
        Kernel / 2, 1, 1);
}
