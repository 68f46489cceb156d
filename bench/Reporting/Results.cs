using BenchmarkDotNet.EventProcessors;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using TripletGpu.Bench.Categories;

namespace TripletGpu.Bench.Reporting;

/// <summary>What the rounds gave, and a line on standard error for each that begins.</summary>
sealed class Results : EventProcessor
{
    readonly Dictionary<Row, List<double>> seconds = [];
    int count;

    /// <summary>Rounds that gave no figure.</summary>
    public int Failed { get; private set; }

    /// <summary>The median of each round; none where it did not run.</summary>
    public IReadOnlyList<double> Seconds(Row row) => seconds.GetValueOrDefault(row, []);

    /// <summary>How many times longer another takes, the median over the rounds; null without both.</summary>
    public double? Ratio(Row row, string contestant)
    {
        IReadOnlyList<double> own = Seconds(row), other = Seconds(row with { On = contestant });
        return row.On == contestant || own.Count == 0 || own.Count != other.Count ? null
            : Median([.. other.Zip(own, (a, b) => a / b)]);
    }

    /// <summary>The middle of some values, or the mean of the two in the middle.</summary>
    public static double Median(IReadOnlyList<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }

    /// <inheritdoc/>
    public override void OnStartRunBenchmark(BenchmarkCase benchmarkCase)
    {
        Row row = Row.Of(benchmarkCase);
        Console.Error.WriteLine($"{++count}: {row.Work}, {row.Pass}, round {benchmarkCase.Job.Id}, {row.On}");
    }

    /// <inheritdoc/>
    public override void OnEndRunBenchmark(BenchmarkCase benchmarkCase, BenchmarkReport report)
    {
        if (Comparison.Failure != "" || report.ResultStatistics is not { } statistics)
        {
            Console.Error.WriteLine($"no figure: {Comparison.Failure}");
            Failed++;
            return;
        }
        Row row = Row.Of(benchmarkCase);
        if (!seconds.TryGetValue(row, out List<double>? rounds)) seconds[row] = rounds = [];
        rounds.Add(statistics.Median * 1e-9);
    }
}
