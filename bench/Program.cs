using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Exporters.Csv;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Perfolizer.Horology;
using TripletGpu.Bench;
using TripletGpu.Bench.Peers;
using TripletGpu.Bench.Reporting;
using TripletGpu.Bench.Works;
using TripletGpu.Models;
using TripletGpu.Runner.Devices;

// The whole comparison: dotnet run -c Release --project bench
// bench/README.md says how to read it, and how to add to it.
return BenchOptions.Command(Run).Parse(args) is var parsed && parsed.Errors.Count > 0
    ? Refuse(parsed.Errors[0].Message) : parsed.Invoke();

static int Run(BenchOptions options)
{
    if (!options.HaveWork)
        return Refuse(
            $"nothing in {string.Join(", ", options.Categories)} has this pass with \"{options.Only}\" in its name");
    try
    {
        foreach (string id in options.Devices) DeviceCatalog.Open(id, options.Threads).Dispose();
    }
    catch (UserErrorException exception)
    {
        return Refuse(exception.Message);
    }
    Contestants.Threads = options.Threads;
    string missing = LibTorch.Missing();
    if (missing != "") Console.Error.WriteLine($"LibTorch is left out: {missing}");
    Contestants.All = [.. options.Devices, Contestants.OnnxRuntime];
    if (missing == "") Contestants.All = [.. Contestants.All, Contestants.LibTorch];
    Results results = new();
    Summary[] summaries = BenchmarkRunner.Run(options.Types, Config(options, results));
    foreach (Summary summary in summaries) MarkdownExporter.Console.ExportToLog(summary, ConsoleLogger.Default);
    return results.Failed > 0 ? 1 : 0;
}

static IConfig Config(BenchOptions options, Results results)
{
    // In this process: nothing is generated and built, and memory and threads are warm as in a training.
    Job job = Job.Default.WithToolchain(InProcessNoEmitToolchain.Instance).WithUnrollFactor(1).WithWarmupCount(3)
        .WithIterationCount(5).WithIterationTime(TimeInterval.FromMilliseconds(options.Milliseconds))
        .WithEvaluateOverhead(false);
    ManualConfig config = ManualConfig.CreateEmpty().AddLogger(new Complaints()).AddEventProcessor(results)
        .AddColumnProvider(DefaultColumnProviders.Params).AddColumn(Columns.Of(results))
        .AddExporter(MarkdownExporter.GitHub, CsvExporter.Default, new RowsExporter(results))
        .AddFilter(new SimpleFilter(benchmark => IsAskedFor(benchmark, options)))
        .WithOrderer(new Rounds()).WithArtifactsPath(options.Out)
        .WithSummaryStyle(SummaryStyle.Default.WithMaxParameterColumnWidth(40))
        .WithOptions(ConfigOptions.JoinSummary | ConfigOptions.DisableLogFile);
    for (int round = 1; round <= options.Rounds; round++) config.AddJob(job.WithId($"{round}"));
    return config;
}

static bool IsAskedFor(BenchmarkCase benchmark, BenchOptions options)
{
    Row row = Row.Of(benchmark);
    return options.Takes(Row.WorkOf(benchmark), row.Pass, row.On == Contestants.OnnxRuntime);
}

static int Refuse(string reason)
{
    string[] words = reason.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    Console.Error.WriteLine($"bench: {string.Join(' ', words)}");
    return 2;
}
