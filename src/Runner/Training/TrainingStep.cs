using TripletGpu.Autograd;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Models;
using TripletGpu.Models.Diagnostics;
using TripletGpu.Ops;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Training;

/// <summary>One step: images to embeddings, loss, gradients, new weights.</summary>
sealed class TrainingStep(TrainingParts parts)
{
    const int StepsBetweenRanks = 50;

    // The step whose update nobody has asked for yet, and its loss.
    (long Number, float Loss)? last;

    /// <summary>
    /// Waits for the last step's update, to be called before anything is saved or measured. A step asks for the one
    /// before it, once it has waited for the device anyway.
    /// </summary>
    /// <exception cref="UserErrorException">
    /// A gradient was not finite, and no weight has changed; or a weight has become so.
    /// </exception>
    public void Confirm()
    {
        if (last is not { } step) return;
        last = null;
        if (parts.Optimizer.FindNonFinite() is { } found)
            throw new UserErrorException(
                $"step {step.Number}: the loss is {step.Loss}, but {found.Reason}{Advice()}");
    }

    /// <summary>Trains on a batch by the current phase.</summary>
    /// <param name="number">The step's number, from 1.</param>
    /// <param name="batch">The images and their classes.</param>
    /// <param name="collapse">What is wrong with the embeddings and what to try; null where they are sound.</param>
    /// <returns>The step's figures; epoch and times are the caller's to fill in.</returns>
    /// <exception cref="UserErrorException">
    /// The loss is not finite, or the update of the step before is not: the training has diverged.
    /// </exception>
    public StepMetrics Run(long number, Batch batch, out string? collapse)
    {
        Device device = parts.Network.Device;
        parts.Network.SetStep(number);
        using Step step = device.BeginStep();
        GradientCache? cache = parts.Config.Train.GradientCache is { } chunk && chunk < batch.Size
            ? new(parts.Network, chunk, batch, number) : null;
        Tensor? raw = cache?.Forward();
        Tensor embeddings = raw is null ? parts.Network.Forward(device.Tensor(batch.Shape, batch.Pixels), out raw)
            : parts.Network.Normalize(raw);
        Tensor loss = embeddings.TripletLoss(batch.Labels, Mining(number), out TripletTable mined);
        double? accuracy = parts.Classifier is null ? null : Classify(raw, batch.Labels, out loss);
        float value = loss.ToScalar();
        Confirm();
        if (!float.IsFinite(value)) throw Diverged(number, value, batch);
        TripletStatistics statistics = mined.ReadStatistics();
        float rate = parts.Schedule.Rate(number - 1 - parts.Phase.Start);
        int width = parts.Network.Dimension;
        float[] points = embeddings.ToArray();
        double? rank = number % StepsBetweenRanks == 0 ? EmbeddingDiagnostics.EffectiveRank(points, width) : null;
        (float p05, float p95) = EmbeddingDiagnostics.NormPercentiles(
            raw == embeddings ? points : raw.ToArray(), width);
        collapse = EmbeddingDiagnostics.Verdict(points, width, rank);
        StepMetrics metrics = new()
        {
            Step = number,
            Epoch = 0,
            Loss = value,
            LearningRate = rate,
            Pairs = statistics.Pairs,
            Active = statistics.Active,
            Hard = statistics.Hard,
            SemiHard = statistics.SemiHard,
            Easy = statistics.Easy,
            Spread = (float)EmbeddingDiagnostics.Spread(points, width),
            NormP05 = p05,
            NormP95 = p95,
            EffectiveRank = (float?)rank,
            Accuracy = accuracy,
            ActiveShare = ActiveShare.Of(
                parts.Phase.Loss, statistics.Active, statistics.Pairs,
                statistics.Hard + statistics.SemiHard + statistics.Easy),
            Phase = parts.Phases.Count > 1 ? parts.Phase.Number : null,
            ImagesPerSecond = 0,
            Seconds = 0,
        };
        step.Backward(loss);
        cache?.Backward(step);
        parts.Optimizer.Update(step.Gradients, rate);
        last = (number, value);
        return metrics;
    }

    /// <summary>While a classifier trains, the triplets are counted by a rule that any batch allows.</summary>
    TripletSettings Mining(long number)
    {
        TripletSettings settings = LossSettings.From(parts.Phase.Loss, parts.Config.Train.Seed) with
        {
            Draw = (ulong)number,
        };
        return parts.Classifier is null ? settings : settings with { Rule = MiningRule.Semihard };
    }

    /// <summary>The cross-entropy of the classifier's answers, and the share of them that is right.</summary>
    double Classify(Tensor raw, int[] labels, out Tensor loss)
    {
        Tensor logits = parts.Classifier!.Forward(raw);
        loss = logits.SoftmaxCrossEntropy(raw.Device.Tensor(new Shape(labels.Length), labels));
        float[] scores = logits.ToArray();
        int classes = logits.Shape[1], right = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            Span<float> row = scores.AsSpan(i * classes, classes);
            float answer = row[labels[i]];
            if (!row.ContainsAnyExceptInRange(float.NegativeInfinity, answer)) right++;
        }
        return (double)right / labels.Length;
    }

    UserErrorException Diverged(long number, float loss, Batch batch) => new(
        $"step {number}: the loss is {loss}: {NonFiniteSearch.Explain(parts.Network, batch)}{Advice()}");

    string Advice() => $". Try a lower optimizer.learningRate than {parts.Phase.LearningRate}, or a warm-up";
}
