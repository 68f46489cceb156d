using BenchmarkDotNet.Attributes;
using TripletGpu.Bench.Works;
using TripletGpu.Runner.Bench;
using Conv2d = TripletGpu.Modules.Conv2d;
using Linear = TripletGpu.Modules.Linear;

namespace TripletGpu.Bench.Categories;

/// <summary>Convolutions of the networks, 16 images, and matrix products.</summary>
[BenchmarkCategory("operations")]
public class Operations : BothPasses
{
    const int Images = 16;

    /// <summary>The operations by name.</summary>
    public static IEnumerable<Work> Works =>
    [
        .. ConvolutionLayer.All.Select(layer => new LayerWork(
            layer.Name, new Shape(Images, layer.Channels, layer.Side, layer.Side), device => new Conv2d(
                device, layer.Channels, layer.Filters, layer.Kernel, layer.Stride, layer.Kernel / 2, bias: false))),
        Product("square 512", 512, 512, 512), Product("square 1152", 1152, 1152, 1152),
        Product("square 2304", 2304, 2304, 2304), Product("small-cnn linear", 128, 128, 800),
        Product("NN2 linear", 32, 128, 1024), Product("ResNet50 fc", 32, 1000, 2048),
    ];

    /// <inheritdoc/>
    [ParamsSource(nameof(Works))]
    public override Work Work { get; set; } = null!;

    /// <summary>(M, K) times the transposed of (N, K).</summary>
    static LayerWork Product(string name, int m, int n, int k) =>
        new(name, new Shape(m, k), device => new Linear(device, k, n, bias: false));
}
