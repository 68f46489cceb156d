using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.Ops;

namespace TripletGpu.MetricLearning;

/// <summary>
/// Mining, loss and gradient of a batch of embeddings in one operation: <c>L = 1/divisor * sum over the rule's triplets
/// of max(0, d(a,p) - d(a,n) + margin)</c>. Inputs: embeddings (N, D) and, unless the rule is explicit, labels (N) of
/// Int32. Output: the loss, a scalar. Extras: the <see cref="TripletTable"/>. Mining is constant in the backward pass:
/// the gradient is that of the chosen triplets' losses. An embedding that is not finite makes the loss NaN and the
/// gradient of what it takes part in 0.
/// </summary>
/// <param name="Settings">Rule, margin, distance, reduction.</param>
/// <param name="Rows">Rows of the table of triplets: <see cref="TripletTable.RowsFor"/>.</param>
public sealed record TripletLoss(TripletSettings Settings, int Rows) : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Inputs;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Check.Rank(this, x[0], 2, "embeddings");
        Check.That(x[0].Count > 0, this, $"the embeddings are empty: {x[0]}");
        bool isExplicit = Settings.Rule == MiningRule.Explicit;
        Check.That(x.Length == (isExplicit ? 1 : 2), this, $"{Settings.Rule} takes {(isExplicit ? "no" : "")} labels");
        if (isExplicit) Check.That(x[0][0] % 3 == 0, this, $"anchors, positives and negatives in equal number: {x[0]}");
        else Check.That(x[1] == new Shape(x[0][0]), this, $"one label a row: embeddings {x[0]}, labels {x[1]}");
        Check.That(float.IsFinite(Settings.Margin) && Settings.Margin >= 0, this,
            $"the margin must be 0 or more, not {Settings.Margin}");
        Check.That(Settings.Rule != MiningRule.Angular || Settings.Angle is > 0 and < 90, this,
            $"the angle must be above 0 and below 90 degrees, not {Settings.Angle}");
        Check.That(Settings.Rule != MiningRule.DistanceWeighted || x[0][1] >= 2, this,
            $"distances on a sphere need embeddings of 2 elements or more: {x[0]}");
        int anchors = isExplicit ? x[0][0] / 3 : x[0][0];
        Check.That(Settings.AnchorsOf(anchors) is { First: >= 0, Count: >= 0 } own && own.End <= anchors, this,
            $"the anchors {Settings.Anchors} are not among {anchors}");
        return Shape.Scalar;
    }

    /// <inheritdoc/>
    public override void CheckTypes(ReadOnlySpan<Tensor> x)
    {
        Check.That(
            x[0].Type == ElementType.Float32, this, $"embeddings must hold Float32, but {x[0]} holds {x[0].Type}");
        if (x.Length > 1)
            Check.That(x[1].Type == ElementType.Int32, this, $"labels must hold Int32, but {x[1]} holds {x[1].Type}");
    }

    /// <inheritdoc/>
    public override TensorSpec[] Extras(ReadOnlySpan<Shape> x) =>
    [
        new(new Shape(Rows, 3), ElementType.Int32),
        new(new Shape(Rows)),
        new(new Shape(TripletStatistics.EncodedLength), ElementType.Int32),
    ];

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras) =>
        on.MetricLearning.MineTriplets(x[0], Labels(x), Settings, TripletTable.From(extras), y);

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx)
    {
        if (dx[0].IsNeeded)
            on.MetricLearning.TripletGradient(x[0], Labels(x), Settings, TripletTable.From(extras), dy, dx[0]);
    }

    static Tensor? Labels(ReadOnlySpan<Tensor> x) => x.Length > 1 ? x[1] : null;
}

/// <summary>The operations of metric learning as methods of tensors.</summary>
public static partial class MetricLearningOps
{
    /// <summary>The triplet loss of a batch, mined from the very embeddings that carry the gradient.</summary>
    /// <param name="embeddings">(N, D).</param>
    /// <param name="labels">The class of each row, on the host; not read by <see cref="MiningRule.Explicit"/>.</param>
    /// <param name="settings">Rule, margin, distance, reduction.</param>
    public static Tensor TripletLoss(this Tensor embeddings, ReadOnlySpan<int> labels, TripletSettings settings) =>
        new TripletLoss(settings, TripletTable.RowsFor(settings, labels, embeddings.Shape[0]))
            .Apply(TripletInputs(embeddings, labels, settings));

    /// <summary>
    /// As <see cref="TripletLoss(Tensor, ReadOnlySpan{int}, TripletSettings)"/>, and hands out what was mined, which
    /// lives as long as the step.
    /// </summary>
    public static Tensor TripletLoss(
        this Tensor embeddings, ReadOnlySpan<int> labels, TripletSettings settings, out TripletTable mined) =>
        TripletLoss(
            embeddings, labels, embeddings.Device.Tensor(new Shape(labels.Length), labels), settings, out mined);

    /// <summary>As <see cref="TripletLoss(Tensor, ReadOnlySpan{int}, TripletSettings, out TripletTable)"/>.</summary>
    /// <param name="embeddings">(N, D).</param>
    /// <param name="labels">The class of each row, on the host.</param>
    /// <param name="uploaded">The same on the device.</param>
    /// <param name="settings">Rule, margin, distance, reduction.</param>
    /// <param name="mined">What was mined.</param>
    public static Tensor TripletLoss(
        this Tensor embeddings, ReadOnlySpan<int> labels, Tensor uploaded, TripletSettings settings,
        out TripletTable mined)
    {
        Tensor loss = new TripletLoss(settings, TripletTable.RowsFor(settings, labels, embeddings.Shape[0])).Apply(
            out Tensor[] extras, settings.Rule == MiningRule.Explicit ? [embeddings] : [embeddings, uploaded]);
        mined = TripletTable.From(extras);
        return loss;
    }

    static Tensor[] TripletInputs(Tensor embeddings, ReadOnlySpan<int> labels, TripletSettings settings) =>
        settings.Rule == MiningRule.Explicit
            ? [embeddings]
            : [embeddings, embeddings.Device.Tensor(new Shape(labels.Length), labels)];
}
