using System.Globalization;
using TripletGpu.Models.Evaluation;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Reports;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Evaluation;

/// <summary>Gathers what report.html shows from a run's metrics, figures and images.</summary>
static class RunReport
{
    const int MapPoints = 1500, Mistakes = 40;

    /// <summary>The report's data.</summary>
    /// <param name="folder">The run's folder, with its metrics.</param>
    /// <param name="config">Its config.</param>
    /// <param name="data">Its data.</param>
    /// <param name="measured">Its figures.</param>
    /// <param name="facts">What ran.</param>
    public static ReportData Gather(
        RunFolder folder, RunConfig config, DatasetSplits data, MeasuredRun measured, IReadOnlyList<Fact> facts)
    {
        EvaluationResult result = measured.Result;
        IImageDataset images = data.Test ?? data.Labelled;
        IImageDataset references = result.Protocol.SelfMatchExcluded ? images
            : data.Gallery?.Name == result.Protocol.Reference ? data.Gallery : data.Labelled;
        Shape shape = images.ImageShape;
        SpriteSheet sheet = new(shape[2], shape[1], shape[0]);
        // First, as they are of more use than those of the map where there is no room for all.
        Mistake[] mistakes = result.Neighbours is null ? [] :
        [
            .. result.Neighbours.HardestMistakes(Mistakes).Select(m => new Mistake(
                AddImage(sheet, images, m.Query), AddImage(sheet, references, m.Reference), m.Label, m.Predicted,
                m.Distance)),
        ];
        EmbeddingMap? map = Map(measured, images, sheet, config.Train.Seed);
        bool hasMeans = !result.Protocol.SelfMatchExcluded || data.Test is null;
        ConfusionTable? confusion = hasMeans ? ReportTables.Confusion(result.Neighbours) : null;
        IEnumerable<int> shown = mistakes.SelectMany(m => (int[])[m.Label, m.Predicted])
            .Concat(map?.Label ?? []).Concat(map?.Predicted ?? []).Concat(confusion?.Labels ?? []);
        return new ReportData
        {
            Title = Path.GetFileName(Path.GetFullPath(folder.Path)),
            Facts = facts,
            Figures = Figures(result),
            Protocol = string.Create(CultureInfo.InvariantCulture,
                $"{result.Protocol.N:N0} of {result.Protocol.Query} against {result.Protocol.Reference},"
                + $" {result.Protocol.Distance},"
                + $" self-match {(result.Protocol.SelfMatchExcluded ? "excluded" : "impossible")}"),
            Course = ReportTables.Thinned(ReadCourse(folder.Metrics, config)),
            Notes = result.Protocol.Notes,
            Classes = shown.Distinct().Order().ToDictionary(label => label, label => images.ClassNames[label]),
            Map = map,
            Confusion = confusion,
            Roc = result.Verification is { } pairs
                ? new RocCurve(
                    [.. pairs.Roc.Select(p => p.FalseAcceptRate)], [.. pairs.Roc.Select(p => p.ValidationRate)],
                    pairs.Auc, pairs.Eer)
                : null,
            Mistakes = mistakes,
            Images = sheet,
        };
    }

    static List<Figure> Figures(EvaluationResult result)
    {
        List<Figure> figures = [];
        List<Baseline> baselines = [];
        if (result.Baselines.RawPixelsPrecisionAt1 is { } raw) baselines.Add(new Baseline("raw pixels", raw));
        if (result.Baselines.UntrainedPrecisionAt1 is { } untrained)
            baselines.Add(new Baseline("untrained network", untrained));
        if (result.PrecisionAt1 is { } precision)
            figures.Add(new Figure("precision at 1", precision, "the nearest reference has the same class", baselines));
        if (result.Unseen is { PrecisionAt1: { } unseen })
            figures.Add(new Figure("precision at 1, new classes", unseen, "among each other, never trained on", []));
        if (result.MapAtR is { } map)
            figures.Add(new Figure("MAP@R", map, "precision over the R nearest, by rank", []));
        if (result.NearestMeanAccuracy is { } mean)
            figures.Add(new Figure("nearest class mean", mean, "the nearest mean of a class is the own one", []));
        if (result.Verification is { } pairs)
        {
            figures.Add(new Figure("verification", pairs.Accuracy, "pairs told apart by one threshold", []));
            foreach ((string rate, double share) in pairs.ValAtFar)
                figures.Add(new Figure($"VAL at FAR {rate}", share, "pairs of one class accepted", []));
        }
        if (result.TripletOrder is { } order)
            figures.Add(new Figure(
                "random triplets in order", order.Mean, "the positive is nearer than a random negative", []));
        return figures;
    }

    static EmbeddingMap? Map(MeasuredRun measured, IImageDataset images, SpriteSheet sheet, ulong seed)
    {
        EmbeddingSet all = measured.Queries;
        int[] rows = [.. Enumerable.Range(0, all.Count)];
        new RandomNumbers.Philox(seed, RandomNumbers.Streams.Evaluation).Shuffle(rows.AsSpan());
        Array.Resize(ref rows, Math.Min(MapPoints, rows.Length));
        EmbeddingSet shown = all.Select(rows);
        (float[] x, float[] y) = NeighbourEmbedding.Place(shown.Values, shown.Count, shown.Dimension);
        return new EmbeddingMap(x, y, shown.Labels,
            [.. rows.Select(row => measured.Result.Neighbours?.Predicted(row) ?? all.Labels[row])],
            [.. rows.Select(row => AddImage(sheet, images, row))],
            string.Create(CultureInfo.InvariantCulture,
                $"t-SNE of {rows.Length:N0} of {Counted.Of(all.Count, "embedding")}; distances between far groups mean"
                + $" nothing."));
    }

    static int AddImage(SpriteSheet sheet, IImageDataset images, int index)
    {
        if (!sheet.HasRoom) return -1;
        float[] pixels = new float[images.ImageShape.Count];
        images.CopyImage(index, pixels);
        return sheet.Add(pixels);
    }

    static Course ReadCourse(string metrics, RunConfig config)
    {
        RecordedStep[] steps = [.. RecordedStep.Read(metrics, config)];
        return new Course(
            [.. steps.Select(step => (int)step.Step)], [.. steps.Select(step => (float)step.Loss)],
            [.. steps.Select(step => (float)step.Active)], [.. steps.Select(step => (float)step.LearningRate)]);
    }
}
