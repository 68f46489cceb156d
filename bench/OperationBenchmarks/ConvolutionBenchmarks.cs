using BenchmarkDotNet.Attributes;
using TripletGpu.Backends;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.OperationBenchmarks;

/// <summary>Convolution layers of the networks, 16 images, in all three passes.</summary>
public class ConvolutionBenchmarks : DeviceBenchmark
{
    const int Images = 16;
    Tensor x = null!, weight = null!, y = null!, dx = null!, dWeight = null!;

    /// <summary>The layers by name.</summary>
    public static IEnumerable<Layer> Layers =>
    [
        new("ResNet50 conv1", 3, 224, 64, 7, 2), new("ResNet50 layer1 1x1", 256, 56, 64, 1, 1),
        new("ResNet50 layer1 3x3", 64, 56, 64, 3, 1), new("ResNet50 layer2 3x3", 128, 28, 128, 3, 1),
        new("ResNet50 layer3 3x3", 256, 14, 256, 3, 1), new("ResNet50 layer4 3x3", 512, 7, 512, 3, 1),
        new("NN2 inception2 3x3", 64, 56, 192, 3, 1), new("NN2 3b 5x5", 32, 28, 64, 5, 1),
        new("NN2 3c 3x3 stride 2", 128, 28, 256, 3, 2), new("NN2 5a 1x1", 1024, 7, 384, 1, 1),
    ];

    [ParamsSource(nameof(Layers))]
    public Layer Shape { get; set; } = null!;

    [Benchmark]
    public void Forward() => Run(() =>
        Device.Backend.Convolution.Forward(x, weight, null, null, y, Shape.Dims, relu: false));

    [Benchmark]
    public void BackwardInput() => Run(() =>
        Device.Backend.Convolution.BackwardInput(y, weight, new Gradient(dx, Accumulate: false), Shape.Dims));

    [Benchmark]
    public void BackwardWeight() => Run(() =>
        Device.Backend.Convolution.BackwardWeight(x, y, new Gradient(dWeight, Accumulate: false), Shape.Dims));

    protected override void Prepare()
    {
        ConvolutionShape dims = Shape.Dims;
        x = Normal(new(dims.N, dims.C, dims.H, dims.W));
        weight = Normal(new(dims.K, dims.C, dims.R, dims.S));
        y = Normal(new(dims.N, dims.K, dims.P, dims.Q));
        (dx, dWeight) = (Device.Empty(x.Shape), Device.Empty(weight.Shape));
    }

    /// <summary>A square layer that keeps the image's extents, up to its stride.</summary>
    public sealed record Layer(string Name, int Channels, int Side, int Filters, int Kernel, int Stride) : IWork
    {
        public double Flops => 2.0 * Dims.N * Dims.K * Dims.Pixels * Dims.Taps;

        internal ConvolutionShape Dims => new(
            Images, Channels, Side, Side, Filters, Kernel, Kernel, To, To, Stride, Stride, Kernel / 2,
            Kernel / 2, 1, 1);

        int To => (Side + Kernel / 2 * 2 - Kernel) / Stride + 1;

        public override string ToString() => Name;
    }
}
