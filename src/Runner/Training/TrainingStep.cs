using TripletGpu.Autograd;
using TripletGpu.MetricLearning;
using TripletGpu.Models;
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
sealed class TrainingStep(TrainingParts parts) : ITrainingStep
{
    /// <inheritdoc/>
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
        Tensor loss = embeddings.TripletLoss(
            batch.Labels, labels, StepFigures.Mining(parts, number), out TripletTable mined);
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
        parts.Memory?.Add(read.Floats(embeddings), batch.Labels);
        parts.Board?.Saw(number, read.Floats(embeddings), batch.Labels);
        double? accuracy = logits is null ? null
            : (double)StepFigures.Right(read.Floats(logits), batch.Labels) / batch.Size;
        StepFigures figures = new(
            read.Floats(loss)[0], rate, mined.ReadStatistics(read), accuracy, batch.Size);
        return figures.Describe(parts, start, read.Floats(embeddings), read.Floats(raw), out collapse);
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

    /// <summary>Ends the run, before anything is told or saved, where loss or update are not finite.</summary>
    void Check(PackedRead read, Tensor loss, long number, Batch batch)
    {
        float value = read.Floats(loss)[0];
        if (!float.IsFinite(value))
            throw new UserErrorException(
                $"step {number}: the loss is {value}: {NonFiniteSearch.Explain(parts.Network, batch)}"
                + StepFigures.Advice(parts));
        if (parts.Optimizer.Marks is { } marks && parts.Optimizer.FindNonFinite(read.Ints(marks)) is { } found)
            throw new UserErrorException(
                $"step {number}: the loss is {value}, but {found.Reason}{StepFigures.Advice(parts)}");
    }
}
