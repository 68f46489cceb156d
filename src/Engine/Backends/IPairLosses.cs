using TripletGpu.Kernels.PairLosses;

namespace TripletGpu.Backends;

/// <summary>
/// Losses on the similarities of pairs of rows. Similarities are products of a strip of rows with all columns, some
/// megabytes at a time: no method forms the whole matrix. The loss is a type argument, so that a new one adds no
/// method.
/// </summary>
public interface IPairLosses
{
    /// <summary>Computes the loss and what its gradient needs.</summary>
    /// <param name="loss">The loss with its settings.</param>
    /// <param name="batch">Rows and columns.</param>
    /// <param name="rows">(N, <see cref="PairRow.Length"/>), overwritten: sums and derivatives of each row.</param>
    /// <param name="totals">(2), overwritten: the counts that the two parts of the loss are divided by.</param>
    /// <param name="value">
    /// Overwritten: the scalar loss; 0 where nothing counts, NaN if a similarity is not finite.
    /// </param>
    void Measure<TLoss>(TLoss loss, PairBatch batch, Tensor rows, Tensor totals, Tensor value)
        where TLoss : unmanaged, IPairLoss;

    /// <summary>
    /// The gradient of <see cref="Measure"/>, from its results: dA = G B and dB = G' A with G = dL/ds.
    /// </summary>
    /// <param name="loss">As measured.</param>
    /// <param name="batch">As measured.</param>
    /// <param name="rows">What measuring wrote.</param>
    /// <param name="totals">What measuring wrote.</param>
    /// <param name="dy">The gradient of the loss, one element.</param>
    /// <param name="da">The gradient of the rows.</param>
    /// <param name="db">The gradient of the columns; its target may be that of the rows.</param>
    void Gradient<TLoss>(
        TLoss loss, PairBatch batch, Tensor rows, Tensor totals, Tensor dy, Gradient da, Gradient db)
        where TLoss : unmanaged, IPairLoss;
}

/// <summary>Rows that meet columns.</summary>
/// <param name="A">(N, D): the rows.</param>
/// <param name="B">(M K, D): K rows for each of M columns; the most similar one counts.</param>
/// <param name="LabelsA">Int32 (N): the class of each row.</param>
/// <param name="LabelsB">Int32 (M): the class of each column.</param>
/// <param name="Self">The column that is row 0 itself, and so on: no pairs; -1: rows are none of the columns.</param>
public readonly record struct PairBatch(Tensor A, Tensor B, Tensor LabelsA, Tensor LabelsB, int Self)
{
    // 16 MB of similarities: long enough for a device's full speed.
    const long StripElements = 4 << 20;

    /// <summary>Rows of a strip.</summary>
    internal int StripRows =>
        (int)Math.Clamp(StripElements / B.Shape[0] / 32 * 32, Math.Min(32, A.Shape[0]), A.Shape[0]);

    /// <summary>What a kernel needs to know of the strip that begins at a row.</summary>
    internal PairDims Dims(int firstRow) =>
        new(LabelsB.Shape[0], B.Shape[0] / LabelsB.Shape[0], firstRow, Self);

    /// <summary>
    /// How the gradients are written, dB before dA in each strip: where both go to one tensor, dA adds to dB.
    /// </summary>
    internal static (bool AddsToA, bool AddsToB) Order(Gradient da, Gradient db) =>
        da.IsNeeded && ReferenceEquals(da.Target, db.Target) ? (true, da.Accumulate) : (da.Accumulate, db.Accumulate);
}
