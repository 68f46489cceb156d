using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Running;
using TripletGpu.Runner.Display;

namespace TripletGpu.Bench.Reporting;

/// <summary>The columns of the table.</summary>
static class Columns
{
    const string None = "-";

    /// <summary>All of them; a ratio for each peer that takes part.</summary>
    public static IColumn[] Of(Results results) =>
    [
        new TextColumn("Category", "networks, mining, operations or layers", 0,
            benchmark => benchmark.Descriptor.Categories.Single()),
        new TextColumn("Pass", "Forward: inference; Training: forward and backward, of a network the whole step", 1,
            benchmark => Row.Of(benchmark).Pass.ToString()),
        new TextColumn("Time", "The median of the rounds' medians", 2,
            benchmark => Text(results, benchmark, times => Duration.Text(Results.Median(times)))),
        new TextColumn("Spread", "The slowest round less the fastest, of the time", 3,
            benchmark => Text(results, benchmark, times =>
                ((times.Max() - times.Min()) / Results.Median(times)).ToString("P0", CultureInfo.InvariantCulture))),
        new TextColumn("Rate", "Images, anchors, 10^9 operations of the direct algorithm, or 10^9 bytes a second", 4,
            benchmark => Text(results, benchmark, times =>
                Row.WorkOf(benchmark).Rate(Results.Median(times), Row.Of(benchmark).Pass))),
        .. from peer in Contestants.All
           where Contestants.IsPeer(peer)
           select new TextColumn($"{peer} by this",
               $"{peer}'s time by this row's, the median over the rounds: above 1 this row is faster", 5,
               benchmark => results.Ratio(Row.Of(benchmark), peer)?.ToString("0.00", CultureInfo.InvariantCulture)
                   ?? None),
    ];

    static string Text(Results results, BenchmarkCase benchmark, Func<IReadOnlyList<double>, string> text) =>
        results.Seconds(Row.Of(benchmark)) is { Count: > 0 } times ? text(times) : None;
}
