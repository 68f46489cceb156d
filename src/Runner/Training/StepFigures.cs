using System.Diagnostics;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Models.Diagnostics;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Training;

/// <summary>What a step tells, however its batch was computed.</summary>
/// <param name="Loss">Of the batch, before the update.</param>
/// <param name="Rate">The learning rate.</param>
/// <param name="Statistics">What mining found.</param>
/// <param name="Accuracy">Of the classifier; null where none trains.</param>
/// <param name="Images">How many the batch has.</param>
sealed record StepFigures(float Loss, float Rate, TripletStatistics Statistics, double? Accuracy, int Images)
{
    const int StepsBetweenRanks = 50;

    /// <summary>The settings of a step's mining.</summary>
    public static TripletSettings Mining(TrainingParts parts, long number)
    {
        TripletSettings settings = LossSettings.From(parts.Phase.Loss, parts.Config.Train.Seed) with
        {
            Draw = (ulong)number,
        };
        // Under other losses than theirs triplets are counted, by a rule that any batch allows.
        return parts.Phase.Loss.Kind == LossKind.Triplet ? settings : settings with { Rule = MiningRule.Semihard };
    }

    /// <summary>How many of a classifier's answers are right.</summary>
    public static int Right(ReadOnlySpan<float> scores, int[] labels)
    {
        int classes = scores.Length / labels.Length, right = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<float> row = scores.Slice(i * classes, classes);
            float answer = row[labels[i]];
            if (!row.ContainsAnyExceptInRange(float.NegativeInfinity, answer)) right++;
        }
        return right;
    }

    /// <summary>What to do where a training diverges.</summary>
    public static string Advice(TrainingParts parts) =>
        $". Try a lower optimizer.learningRate than {parts.Phase.LearningRate}, or a warm-up";

    /// <summary>The step's line, with what the embeddings say.</summary>
    /// <param name="parts">What trains.</param>
    /// <param name="start">Which step it is.</param>
    /// <param name="points">The embeddings of the batch.</param>
    /// <param name="raw">The same before normalisation.</param>
    /// <param name="collapse">What is wrong with the embeddings and what to try; null where they are sound.</param>
    public StepMetrics Describe(
        TrainingParts parts, StepStart start, ReadOnlySpan<float> points, ReadOnlySpan<float> raw, out string? collapse)
    {
        int width = parts.Network.Dimension;
        double? rank = start.Number % StepsBetweenRanks == 0
            ? EmbeddingDiagnostics.EffectiveRank(points, width) : null;
        (float p05, float p95) = EmbeddingDiagnostics.NormPercentiles(raw, width);
        collapse = EmbeddingDiagnostics.Verdict(points, width, rank);
        float spread = (float)EmbeddingDiagnostics.Spread(points, width);
        double seconds = Stopwatch.GetElapsedTime(start.Timestamp).TotalSeconds;
        return new()
        {
            Step = start.Number,
            Epoch = start.Epoch,
            Loss = Loss,
            LearningRate = Rate,
            Pairs = Statistics.Pairs,
            Active = Statistics.Active,
            Hard = Statistics.Hard,
            SemiHard = Statistics.SemiHard,
            Easy = Statistics.Easy,
            Spread = spread,
            NormP05 = p05,
            NormP95 = p95,
            EffectiveRank = (float?)rank,
            Accuracy = Accuracy,
            ActiveShare = ActiveShare.Of(
                parts.Phase.Loss, Statistics.Active, Statistics.Pairs,
                Statistics.Hard + Statistics.SemiHard + Statistics.Easy),
            Phase = parts.Phases.Count > 1 ? parts.Phase.Number : null,
            ImagesPerSecond = Images / seconds,
            Seconds = start.SecondsBefore + seconds,
        };
    }
}
