using TripletGpu.Autograd;
using TripletGpu.Models.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.Runner.Data;

namespace TripletGpu.Runner.Training;

/// <summary>One step: images to embeddings, loss, gradients, new weights.</summary>
sealed class TrainingStep(TrainingParts parts)
{
    const int StepsBetweenRanks = 50;
    readonly TripletSettings settings = LossSettings.From(parts.Config.Loss, parts.Config.Train.Seed);

    /// <summary>Trains on a batch.</summary>
    /// <param name="number">The step's number, from 1.</param>
    /// <param name="batch">The images and their classes.</param>
    /// <param name="collapse">What is wrong with the embeddings and what to try; null where they are sound.</param>
    /// <returns>The step's figures; epoch and times are the caller's to fill in.</returns>
    /// <exception cref="UserErrorException">The loss is not finite: the training has diverged.</exception>
    public StepMetrics Run(long number, Batch batch, out string? collapse)
    {
        Device device = parts.Network.Device;
        parts.Network.SetStep(number);
        using Step step = device.BeginStep();
        Tensor embeddings = parts.Network.Forward(device.Tensor(batch.Shape, batch.Pixels), out Tensor raw);
        Tensor loss = embeddings.TripletLoss(batch.Labels, settings with { Draw = (ulong)number }, out TripletTable mined);
        float value = loss.ToScalar();
        if (!float.IsFinite(value)) throw Diverged(number, value, batch);
        TripletStatistics statistics = mined.ReadStatistics();
        float rate = parts.Schedule.Rate(number - 1);
        int width = parts.Network.Dimension;
        float[] points = embeddings.ToArray();
        double? rank = number % StepsBetweenRanks == 0 ? EmbeddingDiagnostics.EffectiveRank(points, width) : null;
        (float p05, float p95) = EmbeddingDiagnostics.NormPercentiles(raw == embeddings ? points : raw.ToArray(), width);
        collapse = EmbeddingDiagnostics.Verdict(points, width, rank);
        StepMetrics metrics = new()
        {
            Step = number, Epoch = 0, Loss = value, LearningRate = rate, Pairs = statistics.Pairs, Active = statistics.Active,
            Hard = statistics.Hard, SemiHard = statistics.SemiHard, Easy = statistics.Easy,
            Spread = (float)EmbeddingDiagnostics.Spread(points, width), NormP05 = p05, NormP95 = p95,
            EffectiveRank = (float?)rank, ImagesPerSecond = 0, Seconds = 0,
        };
        step.Backward(loss);
        parts.Optimizer.Update(step.Gradients, rate);
        return metrics;
    }

    UserErrorException Diverged(long number, float loss, Batch batch) => new(
        $"step {number}: the loss is {loss}: {NonFiniteSearch.Explain(parts.Network, batch)}."
        + $" Try a lower optimizer.learningRate than {parts.Config.Optimizer.LearningRate}, or a warm-up");
}
