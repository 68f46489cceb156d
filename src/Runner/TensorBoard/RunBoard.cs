using TripletGpu.Models;
using TripletGpu.Models.Evaluation;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.TensorBoard;

/// <summary>
/// What TensorBoard shows of a run: figures of each step, of evaluations and of the end, histograms of the distances
/// of positive and negative pairs, and the network's graph.
/// </summary>
sealed class RunBoard : IDisposable
{
    const int StepsBetweenHistograms = 50;
    readonly EventFile file;

    RunBoard(EventFile file) => this.file = file;

    /// <summary>Begins a file of events, or the next one of a run that goes on.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="steps">The steps that are done: what was written of later ones is void.</param>
    /// <param name="network">Whose graph is shown.</param>
    public static RunBoard Begin(RunFolder folder, long steps, EmbeddingNetwork network)
    {
        // Also a run that was killed before its first checkpoint has left events.
        bool hasOlder = Directory.Exists(folder.TensorBoard)
            && Directory.EnumerateFiles(folder.TensorBoard, EventFile.Pattern).Any();
        EventFile file = EventFile.Create(folder.TensorBoard, DateTimeOffset.UtcNow);
        if (hasOlder) file.Write(EventMessages.Start(Now, steps + 1));
        file.Write(EventMessages.Graph(Now, NetworkGraph.Of(network)));
        return new RunBoard(file);
    }

    static double Now => EventFile.Seconds(DateTimeOffset.UtcNow);

    /// <summary>Adds a step's figures.</summary>
    public void Add(StepMetrics step)
    {
        double triplets = step.Hard + step.SemiHard + step.Easy;
        (string, double?)[] values =
        [
            ("train/loss", step.Loss),
            ("train/learning rate", step.LearningRate),
            ("train/images a second", step.ImagesPerSecond),
            ("train/accuracy", step.Accuracy),
            ("triplets/active share", step.ActiveShare.Value),
            ("triplets/hard share", triplets > 0 ? step.Hard / triplets : null),
            ("triplets/semi-hard share", triplets > 0 ? step.SemiHard / triplets : null),
            ("embedding/spread", step.Spread),
            ("embedding/effective rank", step.EffectiveRank),
            ("embedding/length, 5th percentile", step.NormP05),
            ("embedding/length, 95th percentile", step.NormP95),
        ];
        Write(step.Step, values);
    }

    /// <summary>Shows the distances within a batch, every some steps.</summary>
    /// <param name="step">The step.</param>
    /// <param name="embeddings">Of its batch, row by row.</param>
    /// <param name="labels">The class of each row.</param>
    public void Saw(long step, ReadOnlySpan<float> embeddings, int[] labels)
    {
        if (step != 1 && step % StepsBetweenHistograms != 0) return;
        int width = embeddings.Length / labels.Length;
        List<float> positive = [], negative = [];
        for (int i = 0; i < labels.Length; i++)
            for (int j = 0; j < i; j++)
            {
                float distance = 0;
                ReadOnlySpan<float> a = embeddings.Slice(i * width, width), b = embeddings.Slice(j * width, width);
                for (int k = 0; k < width; k++) distance += (a[k] - b[k]) * (a[k] - b[k]);
                if (float.IsFinite(distance)) (labels[i] == labels[j] ? positive : negative).Add(distance);
            }
        List<(string, Histogram)> found = [];
        if (positive.Count > 0) found.Add(("distances/positive", new Histogram([.. positive])));
        if (negative.Count > 0) found.Add(("distances/negative", new Histogram([.. negative])));
        if (found.Count > 0) file.Write(EventMessages.Histograms(Now, step, found));
    }

    /// <summary>Adds the precision at 1 between epochs.</summary>
    public void Evaluated(long step, double precision) => Write(step, ("evaluation/precision at 1", precision));

    /// <summary>Adds the figures of the end.</summary>
    public void Finished(long step, EvaluationResult result) => Write(
        step, ("final/precision at 1", result.PrecisionAt1), ("final/R-precision", result.RPrecision),
        ("final/MAP@R", result.MapAtR), ("final/nearest class mean", result.NearestMeanAccuracy),
        ("final/verification accuracy", result.Verification?.Accuracy),
        ("final/verification AUC", result.Verification?.Auc),
        ("final/triplets in order", result.TripletOrder?.Mean));

    /// <summary>Waits until all of it is on the disk.</summary>
    public void Flush() => file.Flush();

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    void Write(long step, params (string Tag, double? Value)[] values)
    {
        (string, double)[] known =
        [
            .. values.Where(v => v.Value is { } number && double.IsFinite(number)).Select(v => (v.Tag, v.Value!.Value)),
        ];
        if (known.Length > 0) file.Write(EventMessages.Scalars(Now, step, known));
    }
}
