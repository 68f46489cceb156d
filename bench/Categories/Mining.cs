using BenchmarkDotNet.Attributes;
using TripletGpu.Bench.Works;

namespace TripletGpu.Bench.Categories;

/// <summary>Semi-hard mining with loss and gradient.</summary>
[BenchmarkCategory("mining")]
public class Mining : Comparison
{
    /// <summary>The batches by size.</summary>
    public static IEnumerable<Work> Works => [new MiningWork(256), new MiningWork(1024), new MiningWork(1800)];

    /// <inheritdoc/>
    [ParamsSource(nameof(Works))]
    public override Work Work { get; set; } = null!;

    [GlobalSetup]
    public void Open() => Open(Pass.Training);

    [Benchmark]
    public void Training() => Run();
}
