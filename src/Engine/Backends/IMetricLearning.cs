using TripletGpu.MetricLearning;

namespace TripletGpu.Backends;

/// <summary>
/// Triplet mining with its loss and gradient, and nearest neighbours. No method forms an N x N matrix.
/// </summary>
public interface IMetricLearning
{
    /// <summary>
    /// Chooses triplets and computes their loss as <paramref name="settings"/> say. Distances are sums of squared
    /// differences (never the expanded product), so that equal rows are exactly 0 apart.
    /// </summary>
    /// <param name="embeddings">(N, D).</param>
    /// <param name="labels">Int32 (N); null for explicit triplets.</param>
    /// <param name="settings">Rule, margin, distance, reduction.</param>
    /// <param name="table">Overwritten: triplets, their losses, statistics.</param>
    /// <param name="loss">
    /// Overwritten: the scalar loss; 0 where there is nothing, NaN if an embedding is not finite.
    /// </param>
    void MineTriplets(Tensor embeddings, Tensor? labels, TripletSettings settings, TripletTable table, Tensor loss);

    /// <summary>
    /// The gradient of <see cref="MineTriplets"/>. With w_ij the signed number of active triplets in which i and j are
    /// the pair (+1) or the anchor and its negative (-1): <c>dE_i = dy / divisor * sum_j w_ij * 2 (e_i - e_j)</c>, for
    /// the L2 distance with 1 / d_ij in the place of 2 (0 where d_ij = 0). Each row gathers its own sum: no atomics.
    /// </summary>
    /// <param name="embeddings">(N, D), as mined.</param>
    /// <param name="labels">As mined.</param>
    /// <param name="settings">As mined.</param>
    /// <param name="table">What mining wrote.</param>
    /// <param name="dy">The gradient of the loss, one element.</param>
    /// <param name="dx">The gradient of the embeddings.</param>
    void TripletGradient(
        Tensor embeddings, Tensor? labels, TripletSettings settings, TripletTable table, Tensor dy, Gradient dx);

    /// <summary>
    /// For each query the <paramref name="indices"/>.Shape[1] nearest references, nearest first; equal distances by the
    /// lowest index.
    /// </summary>
    /// <param name="queries">(Q, D).</param>
    /// <param name="references">(R, D).</param>
    /// <param name="self">
    /// Query i is reference self + i, which is not its own neighbour; -1: the sets are different.
    /// </param>
    /// <param name="first">
    /// The number of the first reference. Above 0 <paramref name="indices"/> and <paramref name="distances"/> hold what
    /// the references before it have given, and are gone on with: so references need not be in memory at once.
    /// </param>
    /// <param name="indices">Int32 (Q, K), overwritten; -1 where there are fewer than K references.</param>
    /// <param name="distances">Float32 (Q, K), overwritten: squared L2; infinity where there is no reference.</param>
    void NearestNeighbours(Tensor queries, Tensor references, int self, int first, Tensor indices, Tensor distances);
}
