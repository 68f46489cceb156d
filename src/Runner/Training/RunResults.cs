using System.Globalization;
using System.Text.Json;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Evaluation;
using TripletGpu.Runner.Reports;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Training;

/// <summary>The files that a finished run ends with.</summary>
static class RunResults
{
    /// <summary>Writes embeddings, labels, figures and the report, each atomically.</summary>
    public static void Write(RunFolder folder, TrainingParts parts, TrainingState state, MeasuredRun measured)
    {
        Npy.Write(
            folder.Embeddings, new Shape(measured.Queries.Count, measured.Queries.Dimension), measured.Queries.Values);
        WriteLabels(folder.Labels, measured.Queries.Labels, parts.Data.Test ?? parts.Data.Labelled);
        AtomicFile.WriteText(folder.Evaluation, JsonSerializer.Serialize(measured.Result, Json.Readable) + "\n");
        ReportData report = RunReport.Gather(folder, parts.Config, parts.Data, measured, Facts(parts, state));
        AtomicFile.WriteText(folder.Report, ReportWriter.Render(report));
    }

    /// <summary>As the data itself numbers its classes.</summary>
    static void WriteLabels(string path, int[] labels, IImageDataset images)
    {
        long[] ids = Array.ConvertAll(labels, images.IdOf);
        if (ids.All(id => id is >= int.MinValue and <= int.MaxValue))
            Npy.Write(path, new Shape(ids.Length), Array.ConvertAll(ids, id => (int)id));
        else Npy.Write(path, new Shape(ids.Length), ids);
    }

    static Fact[] Facts(TrainingParts parts, TrainingState state) =>
    [
        new("model", Words.Of(parts.Config.Model.Kind)),
        new("weights", Number(parts.Network.Parameters().Where(p => !p.IsStatistic).Sum(p => p.Value.Count))),
        new("embedding", $"{parts.Network.Dimension}{(parts.Network.IsNormalized ? ", normalised" : "")}"),
        new("training images", $"{Number(parts.Data.Train.Count)} of {parts.Data.Train.Name}"),
        new("steps", $"{Number(state.Step)} of {Counted.Of(parts.Config.Sampler.Batch!.Value, "image")}"),
        .. parts.Phases.Select(
            phase => new Fact(parts.Phases.Count == 1 ? "loss" : $"phase {phase.Number}", Describe(phase))),
        new("optimizer", Words.Of(parts.Config.Optimizer.Kind)),
        new("training time", Duration.Text(state.Seconds)),
        new("device", parts.Network.Device.Name),
        new("seed", parts.Config.Train.Seed.ToString(CultureInfo.InvariantCulture)),
    ];

    static string Describe(TrainingPhase phase)
    {
        string loss = LossKinds.Describe(phase.Loss);
        return string.Create(
            CultureInfo.InvariantCulture, $"{loss}, rate {phase.LearningRate}, {Counted.Of(phase.Length, "step")}");
    }

    static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
