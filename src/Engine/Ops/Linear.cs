using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>A fully connected layer: y = x W' + b; dx = dy W, dW = dy' x, db = the sum of dy's rows.</summary>
public sealed record Linear : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Inputs;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Shape input = x[0], weight = x[1];
        Check.Rank(this, input, 2, "input");
        Check.Rank(this, weight, 2, "weight");
        Check.That(input[1] == weight[1], this,
            $"input has {input[1]} features but the weight expects {weight[1]}: input {input}, weight {weight}");
        if (x.Length == 3)
            Check.That(x[2] == new Shape(weight[0]), this, $"bias must be ({weight[0]}), not {x[2]}: weight {weight}");
        return new Shape(input[0], weight[0]);
    }

    /// <inheritdoc/>
    public override long MultiplyAdds(ReadOnlySpan<Shape> x, Shape y) => y.Count * x[1][1];

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => input == 0;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras)
    {
        Tensor? bias = x.Length == 3 ? x[2] : null;
        if (x[0].Count > 0) on.MatMul.Linear(x[0], x[1], bias, y);
        else if (bias is null) on.Memory.Fill(y, 0);
        else on.Reduction.Copy(new Strided(bias, 0, [0, 1]), Strided.Of(y), y.Shape, scale: 1, accumulate: false);
    }

    /// <summary>The weight in the backend's own form, where it stays as it is; null where there is none.</summary>
    internal static IPackedWeight? Prepare(IBackend on, Tensor weight) =>
        weight.Count == 0 ? null : on.MatMul.Prepare(weight);

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx)
    {
        if (dx[0].IsNeeded) on.MatMul.Multiply(dy, false, x[1], false, dx[0]);
        if (dx[1].IsNeeded) on.MatMul.Multiply(dy, true, x[0], false, dx[1]);
        if (dx.Length == 3 && dx[2].IsNeeded) on.MatMul.SumRows(dy, dx[2]);
    }
}

public static partial class TensorOps
{
    /// <summary>A fully connected layer, x W' + b.</summary>
    /// <param name="x">(N, in).</param>
    /// <param name="weight">(out, in).</param>
    /// <param name="bias">(out), or null for none.</param>
    /// <returns>(N, out).</returns>
    /// <exception cref="ShapeException">The operands do not fit.</exception>
    public static Tensor Linear(this Tensor x, Tensor weight, Tensor? bias = null) =>
        bias is null ? new Linear().Apply(x, weight) : new Linear().Apply(x, weight, bias);
}
