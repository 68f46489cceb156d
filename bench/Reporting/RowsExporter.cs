using System.Text.Json;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;

namespace TripletGpu.Bench.Reporting;

/// <summary>The rows as JSON, with the seconds of every round.</summary>
/// <param name="results">The seconds.</param>
sealed class RowsExporter(Results results) : ExporterBase
{
    static readonly JsonSerializerOptions options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <inheritdoc/>
    protected override string FileExtension => "json";

    /// <inheritdoc/>
    public override void ExportToLog(Summary summary, ILogger logger) => logger.WriteLine(JsonSerializer.Serialize(
        new
        {
            Processor = summary.HostEnvironmentInfo.Cpu.Value?.ProcessorName,
            Runtime = summary.HostEnvironmentInfo.RuntimeVersion,
            Contestants.Threads,
            Rows =
                from benchmark in summary.BenchmarksCases
                let row = Row.Of(benchmark)
                let seconds = results.Seconds(row)
                select new
                {
                    Category = benchmark.Descriptor.Categories.Single(),
                    row.Work,
                    Pass = row.Pass.ToString(),
                    row.On,
                    Rounds = seconds,
                    Seconds = seconds.Count > 0 ? Results.Median(seconds) : (double?)null,
                },
        }, options));
}
