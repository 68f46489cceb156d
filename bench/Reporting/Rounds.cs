using System.Collections.Immutable;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Order;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace TripletGpu.Bench.Reporting;

/// <summary>
/// Contestants take turns: a work's pass runs once on each of them, then all over again, a round a job. The table has
/// one row for all rounds.
/// </summary>
sealed class Rounds : DefaultOrderer
{
    /// <inheritdoc/>
    public override IEnumerable<BenchmarkCase> GetExecutionOrder(
        ImmutableArray<BenchmarkCase> benchmarksCase, IEnumerable<BenchmarkLogicalGroupRule>? order = null) =>
        InOrder(benchmarksCase);

    /// <inheritdoc/>
    public override IEnumerable<BenchmarkCase> GetSummaryOrder(
        ImmutableArray<BenchmarkCase> benchmarksCases, Summary summary) =>
        InOrder(benchmarksCases).DistinctBy(Row.Of);

    /// <summary>Work by work and pass by pass, as they stand in the source; in each round by contestant.</summary>
    static IEnumerable<BenchmarkCase> InOrder(ImmutableArray<BenchmarkCase> cases) =>
        from benchmark in cases
        group benchmark by Row.Of(benchmark) with { On = "" } into work
        from benchmark in work.OrderBy(b => int.Parse(b.Job.Id)).ThenBy(b => Contestants.Place(Row.Of(b).On))
        select benchmark;
}
