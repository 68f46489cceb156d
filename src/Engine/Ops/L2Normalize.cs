using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>
/// y = x / max(|x|, epsilon) row by row, x (N, D); dx = (dy - y * (y . dy)) / |x|. A row shorter than epsilon has no
/// direction: its gradient is 0 (PyTorch gives dy / epsilon, which throws the weights away).
/// </summary>
/// <param name="Epsilon">The shortest norm that is divided by.</param>
public sealed record L2Normalize(float Epsilon = 1e-12f) : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Output;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Check.Rank(this, x[0], 2, "input");
        return x[0];
    }

    /// <inheritdoc/>
    public override TensorSpec[] Extras(ReadOnlySpan<Shape> x) => [new TensorSpec(new Shape(x[0][0]))];

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => input == 0;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras) =>
        on.Normalization.L2Normalize(x[0], y, extras[0], Epsilon);

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx) =>
        on.Normalization.L2NormalizeBackward(y, extras[0], dy, dx[0], Epsilon);
}

public static partial class TensorOps
{
    /// <summary>The rows of x (N, D) with length 1.</summary>
    public static Tensor L2Normalize(this Tensor x, float epsilon = 1e-12f) => new L2Normalize(epsilon).Apply(x);

    /// <summary>
    /// As <see cref="L2Normalize(Tensor, float)"/>, and the rows' norms before (N), which live as long as the step.
    /// </summary>
    public static Tensor L2Normalize(this Tensor x, out Tensor norms, float epsilon = 1e-12f)
    {
        Tensor y = new L2Normalize(epsilon).Apply(out Tensor[] extras, x);
        norms = extras[0];
        return y;
    }
}
