using BenchmarkDotNet.Running;
using TripletGpu.Bench.Categories;
using TripletGpu.Bench.Works;

namespace TripletGpu.Bench.Reporting;

/// <summary>A row of the table, whatever the round.</summary>
/// <param name="Category">The class of the benchmark.</param>
/// <param name="Work">The work's name.</param>
/// <param name="Pass">The way through it.</param>
/// <param name="On">The contestant.</param>
sealed record Row(Type Category, string Work, Pass Pass, string On)
{
    /// <summary>The row of a benchmark.</summary>
    public static Row Of(BenchmarkCase benchmark) => new(
        benchmark.Descriptor.Type, WorkOf(benchmark).Name,
        Enum.Parse<Pass>(benchmark.Descriptor.WorkloadMethod.Name),
        (string)benchmark.Parameters[nameof(Comparison.On)]);

    /// <summary>The work of a benchmark.</summary>
    public static Work WorkOf(BenchmarkCase benchmark) => (Work)benchmark.Parameters[nameof(Comparison.Work)];
}
