using System.Diagnostics;
using TripletGpu.Autograd;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Models;
using TripletGpu.Models.Diagnostics;
using TripletGpu.Ops;
using TripletGpu.Optimizers;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Training;

/// <summary>
/// One step: images to embeddings, loss, gradients, new weights. All of it is handed to the device without a wait;
/// then one read brings what there is to tell.
/// </summary>
sealed class TrainingStep(TrainingParts parts)
{
    const int StepsBetweenRanks = 50;

    /// <summary>Trains on a batch by the current phase.</summary>
    /// <param name="start">Which step it is.</param>
    /// <param name="batch">The images and their classes.</param>
    /// <param name="collapse">What is wrong with the embeddings and what to try; null where they are sound.</param>
    /// <exception cref="UserErrorException">
    /// The training has diverged: the loss or a gradient is not finite, and no weight has changed; or a weight has
    /// become so.
    /// </exception>
    public StepMetrics Run(StepStart start, Batch batch, out string? collapse)
    {
        long number = start.Number;
        Device device = parts.Network.Device;
        parts.Network.SetStep(number);
        // What is read after the update passes to this step: the backward pass releases what the inner one owns.
        using Step readings = device.BeginStep(record: false);
        using Step step = device.BeginStep();
        GradientCache? cache = parts.Config.Train.GradientCache is { } chunk && chunk < batch.Size
            ? new(parts.Network, chunk, batch, number) : null;
        // Before the first operation: some devices take nothing from the host before they have done what they hold.
        Tensor labels = device.Tensor(new Shape(batch.Size), batch.Labels);
        Tensor? images = cache is null ? device.Tensor(batch.Shape, batch.Pixels) : null;
        PairObjective? pairs = CreateObjective(batch, labels);
        Tensor? raw = cache?.Forward();
        Tensor embeddings = raw is null ? parts.Network.Forward(images!, out raw) : parts.Network.Normalize(raw);
        Tensor loss = embeddings.TripletLoss(batch.Labels, labels, Mining(number), out TripletTable mined);
        Tensor? logits = parts.Phase.Loss.Kind == LossKind.Softmax ? parts.Classifier!.Forward(raw) : null;
        if (logits is not null) loss = logits.SoftmaxCrossEntropy(labels);
        if (pairs is not null) loss = pairs.Of(embeddings);
        List<Tensor> told = [loss, mined.Statistics, embeddings, raw];
        if (logits is not null) told.Add(logits);
        foreach (Tensor tensor in told) step.Keep(tensor);
        step.Backward(loss);
        cache?.Backward(step);
        float rate = parts.Schedule.Rate(number - 1 - parts.Phase.Start);
        parts.Optimizer.Update(step.Gradients, rate, loss);
        if (parts.Optimizer.Marks is { } marks) told.Add(marks);
        PackedRead read = new([.. told]);
        Check(read, loss, number, batch);
        TripletStatistics statistics = mined.ReadStatistics(read);
        int width = parts.Network.Dimension;
        ReadOnlySpan<float> points = read.Floats(embeddings);
        parts.Memory?.Add(points, batch.Labels);
        double? rank = number % StepsBetweenRanks == 0 ? EmbeddingDiagnostics.EffectiveRank(points, width) : null;
        (float p05, float p95) = EmbeddingDiagnostics.NormPercentiles(read.Floats(raw), width);
        collapse = EmbeddingDiagnostics.Verdict(points, width, rank);
        float spread = (float)EmbeddingDiagnostics.Spread(points, width);
        double seconds = Stopwatch.GetElapsedTime(start.Timestamp).TotalSeconds;
        return new()
        {
            Step = number,
            Epoch = start.Epoch,
            Loss = read.Floats(loss)[0],
            LearningRate = rate,
            Pairs = statistics.Pairs,
            Active = statistics.Active,
            Hard = statistics.Hard,
            SemiHard = statistics.SemiHard,
            Easy = statistics.Easy,
            Spread = spread,
            NormP05 = p05,
            NormP95 = p95,
            EffectiveRank = (float?)rank,
            Accuracy = logits is null ? null : Accuracy(read.Floats(logits), batch.Labels),
            ActiveShare = ActiveShare.Of(
                parts.Phase.Loss, statistics.Active, statistics.Pairs,
                statistics.Hard + statistics.SemiHard + statistics.Easy),
            Phase = parts.Phases.Count > 1 ? parts.Phase.Number : null,
            ImagesPerSecond = batch.Size / seconds,
            Seconds = start.SecondsBefore + seconds,
        };
    }

    /// <summary>The loss of a phase on pairs or on weights of classes; null in others.</summary>
    PairObjective? CreateObjective(Batch batch, Tensor labels)
    {
        LossConfig loss = parts.Phase.Loss;
        bool hasProxies = LossKinds.HasProxies(loss.Kind);
        return hasProxies || LossKinds.HasPairs(loss.Kind)
            ? new PairObjective(
                loss, batch.Labels, labels, hasProxies ? parts.Classifier!.Parameters()[0].Value : null, parts.Memory)
            : null;
    }

    /// <summary>Under other losses than theirs triplets are counted, by a rule that any batch allows.</summary>
    TripletSettings Mining(long number)
    {
        TripletSettings settings = LossSettings.From(parts.Phase.Loss, parts.Config.Train.Seed) with
        {
            Draw = (ulong)number,
        };
        return parts.Phase.Loss.Kind == LossKind.Triplet ? settings : settings with { Rule = MiningRule.Semihard };
    }

    /// <summary>The share of a classifier's answers that is right.</summary>
    static double Accuracy(ReadOnlySpan<float> scores, int[] labels)
    {
        int classes = scores.Length / labels.Length, right = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            ReadOnlySpan<float> row = scores.Slice(i * classes, classes);
            float answer = row[labels[i]];
            if (!row.ContainsAnyExceptInRange(float.NegativeInfinity, answer)) right++;
        }
        return (double)right / labels.Length;
    }

    /// <summary>Ends the run, before anything is told or saved, where loss or update are not finite.</summary>
    void Check(PackedRead read, Tensor loss, long number, Batch batch)
    {
        float value = read.Floats(loss)[0];
        if (!float.IsFinite(value))
            throw new UserErrorException(
                $"step {number}: the loss is {value}: {NonFiniteSearch.Explain(parts.Network, batch)}{Advice()}");
        if (parts.Optimizer.Marks is { } marks && parts.Optimizer.FindNonFinite(read.Ints(marks)) is { } found)
            throw new UserErrorException($"step {number}: the loss is {value}, but {found.Reason}{Advice()}");
    }

    string Advice() => $". Try a lower optimizer.learningRate than {parts.Phase.LearningRate}, or a warm-up";
}
