using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>
/// The product of matrices: C = A B; dA = dC B', dB = A' dC. Of rank 3, one for each matrix of the first axis.
/// </summary>
public sealed record MatMul : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Inputs;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        int rank = x[0].Rank == 3 ? 3 : 2;
        Check.Rank(this, x[0], rank, "a");
        Check.Rank(this, x[1], rank, "b");
        Check.That(rank == 2 || x[0][0] == x[1][0], this,
            $"as many matrices must be on both sides: a is {x[0]}, b is {x[1]}");
        Check.That(x[0][-1] == x[1][-2], this,
            $"inner dimensions must agree: a is {x[0]}, b is {x[1]}, {x[0][-1]} != {x[1][-2]}");
        return x[0].With(rank - 1, x[1][-1]);
    }

    /// <inheritdoc/>
    public override long MultiplyAdds(ReadOnlySpan<Shape> x, Shape y) => y.Count * x[0][-1];

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => input == 0 || y.Rank == 3;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras)
    {
        // A sum of no products.
        if (x[0].Count == 0) on.Memory.Fill(y, 0);
        else on.MatMul.Multiply(x[0], false, x[1], false, new Gradient(y, Accumulate: false));
    }

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx)
    {
        if (dx[0].IsNeeded) on.MatMul.Multiply(dy, false, x[1], true, dx[0]);
        if (dx[1].IsNeeded) on.MatMul.Multiply(x[0], true, dy, false, dx[1]);
    }
}

public static partial class TensorOps
{
    /// <summary>
    /// The matrix product: (M, K) times (K, N) is (M, N); (B, M, K) times (B, K, N) is (B, M, N), a product for each of
    /// B.
    /// </summary>
    /// <exception cref="ShapeException">An operand is no matrix, or the inner dimensions differ.</exception>
    public static Tensor MatMul(this Tensor a, Tensor b) => new MatMul().Apply(a, b);
}
