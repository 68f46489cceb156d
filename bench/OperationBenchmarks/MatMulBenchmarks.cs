using BenchmarkDotNet.Attributes;
using TripletGpu.Ops;

namespace TripletGpu.OperationBenchmarks;

/// <summary>Matrix products: square ones, and the fully connected layers of the networks.</summary>
public class MatMulBenchmarks : DeviceBenchmark
{
    Tensor a = null!, b = null!;

    /// <summary>The shapes by name.</summary>
    public static IEnumerable<Product> Products =>
    [
        new("square 512", 512, 512, 512), new("square 1152", 1152, 1152, 1152), new("square 2304", 2304, 2304, 2304),
        new("small-cnn linear", 128, 128, 800), new("NN2 linear", 32, 128, 1024), new("ResNet50 fc", 32, 1000, 2048),
    ];

    [ParamsSource(nameof(Products))]
    public Product Shape { get; set; } = null!;

    [Benchmark]
    public void MatMul() => Run(() => a.MatMul(b));

    protected override void Prepare() => (a, b) = (Normal(new(Shape.M, Shape.K)), Normal(new(Shape.K, Shape.N)));

    /// <summary>(M, K) times (K, N).</summary>
    public sealed record Product(string Name, int M, int N, int K) : IWork
    {
        public double Flops => 2.0 * M * N * K;

        public override string ToString() => Name;
    }
}
