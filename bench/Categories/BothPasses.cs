using BenchmarkDotNet.Attributes;
using TripletGpu.Bench.Works;

namespace TripletGpu.Bench.Categories;

/// <summary>Forward alone, and forward with all gradients.</summary>
public abstract class BothPasses : Comparison
{
    [GlobalSetup(Target = nameof(Forward))]
    public void OpenForward() => Open(Pass.Forward);

    [GlobalSetup(Target = nameof(Training))]
    public void OpenTraining() => Open(Pass.Training);

    [Benchmark]
    public void Forward() => Run();

    [Benchmark]
    public void Training() => Run();
}
