using TripletGpu.Autograd;
using TripletGpu.Collectives;
using TripletGpu.MetricLearning;
using TripletGpu.Models;
using TripletGpu.Modules;
using TripletGpu.Ops;
using TripletGpu.Optimizers;
using TripletGpu.PairLosses;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Distributed;
using TripletGpu.Runner.Runs;
using BatchNorm = TripletGpu.Modules.BatchNorm;

namespace TripletGpu.Runner.Training;

/// <summary>
/// A step of a batch that ranks have between them. Each takes its images through the network; the embeddings of all are
/// gathered, mined by everybody's own anchors, and their gradient comes back to who has the image; the gradients of the
/// parameters are summed. Everything that decides how a run goes on is the same on every rank.
/// </summary>
sealed class SharedStep(TrainingParts parts, BatchShare share, Ranks ranks) : ITrainingStep
{
    readonly List<float[]> bucketMemory = [];

    /// <inheritdoc/>
    public StepMetrics Run(StepStart start, Batch batch, out string? collapse)
    {
        long number = start.Number;
        Device device = parts.Network.Device;
        using Step readings = device.BeginStep(record: false);
        using Step step = device.BeginStep();
        GradientCache? cache = CacheOf(batch, number);
        // A part of a rank's images is neither the batch nor the rank's part of it.
        parts.Network.SetShare(cache is null ? share : null);
        parts.Network.SetStep(number);
        using GradientExchange exchange = new(
            device, parts.Optimizer.States.Select(state => state.Parameter.Value), step.Gradients, share.Collective,
            overlaps: cache is null, bucketMemory);
        Tensor? raw = cache?.Forward();
        if (raw is null) parts.Network.Forward(device.Tensor(batch.Shape, batch.Pixels), out raw);
        Mined mined = Mine(raw, batch, number);
        (float loss, double? accuracy) = (mined.Loss, null);
        LossKind kind = parts.Phase.Loss.Kind;
        if (kind == LossKind.Softmax) (loss, accuracy) = Classify(step, raw, batch, number);
        else if (SharedPairObjective.IsOfOwn(kind)) loss = Compare(step, raw, batch, number);
        else
        {
            CheckLoss(loss, number, batch);
            if (cache is null) step.Backward(raw, mined.Gradient!);
        }
        cache?.Backward(step, mined.Gradient);
        if (mined.OfWeights is { } gradient) AddToWeights(step, gradient);
        exchange.Finish();
        float rate = parts.Schedule.Rate(number - 1 - parts.Phase.Start);
        Tensor told = readings.Keep(device.Tensor(Shape.Scalar, [loss]));
        parts.Optimizer.Update(step.Gradients, rate, told);
        if (parts.Optimizer.Marks is { } marks && parts.Optimizer.FindNonFinite(marks.ToIntArray()) is { } found)
            throw new UserErrorException(
                $"step {number}: the loss is {loss}, but {found.Reason}{StepFigures.Advice(parts)}");
        parts.Memory?.Add(mined.Points, batch.AllLabels);
        AgreeOnStatistics(isShared: cache is null);
        parts.Board?.Saw(number, mined.Points, batch.AllLabels);
        StepFigures figures = new(loss, rate, mined.Statistics, accuracy, share.Rows);
        return figures.Describe(parts, start, mined.Points, mined.Raw, out collapse);
    }

    Tensor? Weights => LossKinds.HasProxies(parts.Phase.Loss.Kind) ? parts.Classifier!.Parameters()[0].Value : null;

    /// <summary>What the gathered embeddings gave; gradients where the loss is taken of them.</summary>
    sealed record Mined(
        float Loss, TripletStatistics Statistics, float[] Points, float[] Raw, Tensor? Gradient = null,
        Tensor? OfWeights = null);

    /// <summary>A step of its own within the network's: a backward pass walks all that its step has recorded.</summary>
    Mined Mine(Tensor own, Batch batch, long number)
    {
        LossConfig config = parts.Phase.Loss;
        using Step step = own.Device.BeginStep();
        Tensor all = share.Gather(own), embeddings = parts.Network.Normalize(all);
        float[] points = embeddings.ToArray(), raw = embeddings == all ? points : all.ToArray();
        GlobalTripletLoss triplets =
            GlobalTripletLoss.Of(embeddings, batch.AllLabels, StepFigures.Mining(parts, number), share);
        GlobalPairLoss? pairs = SharedPairObjective.IsOfAll(config.Kind)
            ? new SharedPairObjective(config, batch, Weights, parts.Memory, share).Of(embeddings) : null;
        Mined mined = new(pairs?.Value ?? triplets.Value, triplets.Statistics, points, raw);
        if (pairs is null && config.Kind != LossKind.Triplet || !float.IsFinite(mined.Loss)) return mined;
        if (pairs is null) triplets.Backward(step);
        else pairs.Backward(step);
        return mined with
        {
            Gradient = step.Keep(share.ReduceScatter(step.Gradients[all])),
            OfWeights = Weights is { } weights ? step.Keep(step.Gradients[weights]) : null,
        };
    }

    /// <summary>The loss of this rank's embeddings against the weights of the classes.</summary>
    float Compare(Step step, Tensor raw, Batch batch, long number)
    {
        GlobalPairLoss loss = new SharedPairObjective(parts.Phase.Loss, batch, Weights, memory: null, share)
            .Of(parts.Network.Normalize(raw));
        CheckLoss(loss.Value, number, batch);
        loss.Backward(step);
        return loss.Value;
    }

    /// <summary>What another step has found becomes part of this one's gradients.</summary>
    void AddToWeights(Step step, Tensor gradient)
    {
        Tensor view = Weights!.Reshape(gradient.Shape.ToArray());
        step.Backward(view, gradient);
    }

    /// <summary>
    /// The cross-entropy of this rank's images, its part of the mean over all; and the figures of all ranks.
    /// </summary>
    (float Loss, double Accuracy) Classify(Step step, Tensor raw, Batch batch, long number)
    {
        Device device = raw.Device;
        Tensor logits = parts.Classifier!.Forward(raw);
        Tensor loss = logits.SoftmaxCrossEntropy(device.Tensor(new Shape(batch.Size), batch.Labels));
        double[] sums = [(double)loss.ToScalar() * batch.Size, StepFigures.Right(logits.ToArray(), batch.Labels)];
        share.Collective.AllReduceSum(sums.AsSpan());
        float value = (float)(sums[0] / share.Rows);
        CheckLoss(value, number, batch);
        step.Backward(loss, device.Tensor(Shape.Scalar, [(float)batch.Size / share.Rows]));
        return (value, sums[1] / share.Rows);
    }

    GradientCache? CacheOf(Batch batch, long number)
    {
        if (parts.Config.Train.GradientCache is not { } chunk || chunk >= share.Counts.Max()) return null;
        int before = 0, all = 0;
        for (int rank = 0; rank < share.Counts.Length; rank++)
        {
            int chunks = (share.Counts[rank] + chunk - 1) / chunk;
            if (rank < share.Collective.Rank) before += chunks;
            all += chunks;
        }
        return new GradientCache(parts.Network, chunk, batch, number, before, all);
    }

    /// <summary>
    /// Batch norms that look at less than the whole batch have running statistics of their own on each rank: all go on
    /// with the mean.
    /// </summary>
    void AgreeOnStatistics(bool isShared)
    {
        foreach (BatchNorm norm in BatchNorms.Of(parts.Network))
        {
            if (norm.IsFrozen || isShared && norm.IsSynchronized) continue;
            foreach (Parameter statistic in (Parameter[])[norm.RunningMean, norm.RunningVariance])
            {
                float[] values = statistic.Value.ToArray();
                share.Collective.AllReduceSum(values.AsSpan());
                for (int i = 0; i < values.Length; i++) values[i] /= share.Collective.Size;
                statistic.Value.CopyFrom(values);
            }
        }
    }

    void CheckLoss(float loss, long number, Batch batch)
    {
        if (float.IsFinite(loss)) return;
        parts.Network.SetShare(null); // each looks for itself
        string[] found = ranks.Texts(NonFiniteSearch.Explain(parts.Network, batch));
        int rank = Math.Max(0, Array.FindIndex(found, text => text != NonFiniteSearch.Nothing));
        throw new UserErrorException(
            $"step {number}: the loss is {loss}: on rank {rank} {found[rank]}{StepFigures.Advice(parts)}");
    }
}
