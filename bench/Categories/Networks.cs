using BenchmarkDotNet.Attributes;
using TripletGpu.Bench.Works;

namespace TripletGpu.Bench.Categories;

/// <summary>Whole networks: inference, and the training step.</summary>
[BenchmarkCategory("networks")]
public class Networks : BothPasses
{
    /// <summary>The networks by kind and batch.</summary>
    public static IEnumerable<Work> Works =>
    [
        new NetworkWork("small-cnn", 128, trains: true), new NetworkWork("mnist-nn2", 1, trains: false),
        new NetworkWork("mnist-nn2", 32, trains: true), new NetworkWork("nn2", 1, trains: false),
        new NetworkWork("nn2", 8, trains: false), new NetworkWork("nn2", 16, trains: true),
        new NetworkWork("resnet50", 1, trains: false), new NetworkWork("resnet50", 8, trains: true),
    ];

    /// <inheritdoc/>
    [ParamsSource(nameof(Works))]
    public override Work Work { get; set; } = null!;
}
