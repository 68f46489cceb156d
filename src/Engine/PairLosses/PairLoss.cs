using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.PairLosses;

namespace TripletGpu.PairLosses;

/// <summary>
/// A loss on the similarities of pairs in one operation, without a matrix of them. Inputs: rows A (N, D), columns B (M
/// K, D), their classes of Int32 (N) and (M). Similarities are dot products; what the losses are defined for are rows
/// of length 1. Output: the loss, a scalar. Extras: what the gradient needs of each row, (N, 11), and the counts that
/// the loss was divided by and the gradient will be: <see cref="GlobalPairLoss"/> puts those of all ranks there.
/// <list type="bullet">
/// <item>Rows that a loss cannot be taken of (without a positive, a negative or both, as it says) count as absent;
/// where nothing counts, loss and gradient are 0.</item>
/// <item>A similarity that is not finite makes the loss NaN.</item>
/// </list>
/// </summary>
/// <param name="Loss">The loss with its settings.</param>
/// <param name="Self">The column that is row 0 itself, and so on: no pairs; -1: rows are none of the columns.</param>
public sealed record PairLoss<TLoss>(TLoss Loss, int Self) : Op where TLoss : unmanaged, IPairLoss
{
    /// <inheritdoc/>
    public override string Name => typeof(TLoss).Name;

    /// <inheritdoc/>
    public override Saved Saves => Saved.Inputs;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Check.That(x.Length == 4, this, $"takes rows, columns and their labels, not {x.Length} inputs");
        Check.Rank(this, x[0], 2, "rows");
        Check.Rank(this, x[1], 2, "columns");
        Check.Rank(this, x[3], 1, "labels of the columns");
        Check.That(x[0].Count > 0 && x[1].Count > 0, this, $"rows or columns are empty: {x[0]}, {x[1]}");
        Check.That(x[0][1] == x[1][1], this, $"rows and columns must be of one width: {x[0]}, {x[1]}");
        Check.That(x[2] == new Shape(x[0][0]), this, $"one label a row: rows {x[0]}, labels {x[2]}");
        Check.That(x[3][0] > 0 && x[1][0] % x[3][0] == 0, this,
            $"columns must be a multiple of their labels: {x[1]}, labels {x[3]}");
        Check.That(Self < 0 || x[3][0] == x[1][0] && Self + x[0][0] <= x[1][0], this,
            $"columns from {Self} on must be the rows: {x[0]}, {x[1]}, labels {x[3]}");
        return Shape.Scalar;
    }

    /// <inheritdoc/>
    public override void CheckTypes(ReadOnlySpan<Tensor> x)
    {
        for (int i = 0; i < x.Length; i++)
        {
            ElementType wanted = i < 2 ? ElementType.Float32 : ElementType.Int32;
            Check.That(x[i].Type == wanted, this, $"input {i} must hold {wanted}, but {x[i]} holds {x[i].Type}");
        }
    }

    /// <inheritdoc/>
    public override TensorSpec[] Extras(ReadOnlySpan<Shape> x) =>
        [new(new Shape(x[0][0], PairRow.Length)), new(new Shape(2))];

    /// <inheritdoc/>
    public override long MultiplyAdds(ReadOnlySpan<Shape> x, Shape y) => (long)x[0][0] * x[1][0] * x[0][1];

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras) =>
        on.PairLosses.Measure(Loss, Batch(x), extras[0], extras[1], y);

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx) =>
        on.PairLosses.Gradient(Loss, Batch(x), extras[0], extras[1], dy, dx[0], dx[1]);

    PairBatch Batch(ReadOnlySpan<Tensor> x) => new(x[0], x[1], x[2], x[3], Self);
}
