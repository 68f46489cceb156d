namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// C (M x N) = A (M x K) times B (K x N), for each of a batch. Element (m, k) of A lies at m * RowA + k * ColumnA, of B
/// at k * RowB + n * ColumnB, of C at m * RowC + n, so that a transposed operand is a pair of swapped strides.
/// </summary>
/// <param name="M">Rows of A and C.</param>
/// <param name="N">Columns of B and C.</param>
/// <param name="K">Columns of A, rows of B.</param>
/// <param name="RowA">Elements from one row of A to the next.</param>
/// <param name="ColumnA">Elements from one column of A to the next.</param>
/// <param name="RowB">Elements from one row of B to the next.</param>
/// <param name="ColumnB">Elements from one column of B to the next.</param>
/// <param name="RowC">Elements from one row of C to the next.</param>
/// <param name="BatchA">Elements from one A of the batch to the next; 0: all take the same.</param>
/// <param name="BatchB">Elements from one B to the next.</param>
/// <param name="BatchC">Elements from one C to the next.</param>
/// <param name="Accumulate">Not 0: adds to C.</param>
/// <param name="HasBias">Not 0: adds to a number for each column.</param>
public readonly record struct GemmDims(
    int M, int N, int K, int RowA, int ColumnA, int RowB, int ColumnB, int RowC, int BatchA, int BatchB, int BatchC,
    int Accumulate, int HasBias = 0)
{
    /// <summary>What a block's sums are added to: 0 nothing, 1 C, 2 the bias.</summary>
    public int AddsTo(int block) => block > 0 || Accumulate != 0 ? 1 : DepthBlocks.Anew(HasBias) != 0 ? 2 : 0;

    /// <summary>How the rows of A may be staged, where it begins at a multiple of 16 bytes.</summary>
    public int Rows => Staging.Of(M, K, RowA, ColumnA, BatchA);

    /// <summary>How the columns of B may be.</summary>
    public int Columns => Staging.Of(N, K, ColumnB, RowB, BatchB);

    /// <summary>One product of dense row-major operands, each transposed or not.</summary>
    public static GemmDims Of(
        int m, int n, int k, bool transposeA = false, bool transposeB = false, bool accumulate = false) => new(
        m, n, k, transposeA ? 1 : k, transposeA ? m : 1, transposeB ? 1 : n, transposeB ? k : 1, n, 0, 0, 0,
        accumulate ? 1 : 0);
}
