using BenchmarkDotNet.Attributes;
using TripletGpu.Ops;

namespace TripletGpu.OperationBenchmarks;

/// <summary>Layers bound by memory, on the maps of NN2's stem (16 images): compare them by time.</summary>
public class LayerBenchmarks : DeviceBenchmark
{
    Tensor x = null!, rows = null!;

    [Benchmark]
    public void Relu() => Run(() => x.Relu());

    [Benchmark]
    public void MaxPool2d() => Run(() => x.MaxPool2d(3, 2, 1));

    [Benchmark]
    public void L2Pool2d() => Run(() => x.L2Pool2d(3, 1, 1));

    [Benchmark]
    public void LocalResponseNorm() => Run(() => x.LocalResponseNorm());

    [Benchmark]
    public void L2Normalize() => Run(() => rows.L2Normalize());

    protected override void Prepare() => (x, rows) = (Normal(new(16, 64, 56, 56)), Normal(new(1800, 128)));
}
