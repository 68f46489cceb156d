using BenchmarkDotNet.Attributes;
using TripletGpu.Bench.Works;
using TripletGpu.Ops;
using BatchNormRelu = TripletGpu.Modules.BatchNormRelu;
using GlobalAveragePool = TripletGpu.Modules.GlobalAveragePool;
using L2Normalize = TripletGpu.Modules.L2Normalize;
using L2Pool2d = TripletGpu.Modules.L2Pool2d;
using LocalResponseNorm = TripletGpu.Modules.LocalResponseNorm;
using MaxPool2d = TripletGpu.Modules.MaxPool2d;

namespace TripletGpu.Bench.Categories;

/// <summary>Layers bound by memory, on maps of NN2 and on embeddings.</summary>
[BenchmarkCategory("layers")]
public class Layers : BothPasses
{
    static readonly Shape stem = new(16, 64, 56, 56), small = new(32, 1024, 7, 7);

    /// <summary>The layers by name.</summary>
    public static IEnumerable<Work> Works =>
    [
        new LayerWork("ReLU", stem, device => new Modules.Relu(device)),
        new LayerWork("batch norm + ReLU", stem, device => new BatchNormRelu(device, stem[1])),
        new LayerWork("max pool 3/2", stem, device => new MaxPool2d(device, PoolingWindow.Square(3, 2, 1))),
        new LayerWork("max pool 3/1 of 7 px", small, device => new MaxPool2d(device, PoolingWindow.Square(3, 1, 1))),
        new LayerWork("L2 pool 3/1", stem, device => new L2Pool2d(device, PoolingWindow.Square(3, 1, 1))),
        new LayerWork("response norm", stem, device => new LocalResponseNorm(device)),
        new LayerWork("global average", small, device => new GlobalAveragePool(device)),
        new LayerWork("L2 normalize", new Shape(1800, 128), device => new L2Normalize(device)),
    ];

    /// <inheritdoc/>
    [ParamsSource(nameof(Works))]
    public override Work Work { get; set; } = null!;
}
