using TripletGpu.Ops;

namespace TripletGpu.MetricLearning;

public static partial class MetricLearningOps
{
    /// <summary>
    /// For each query its <paramref name="k"/> nearest references by squared L2 distance, nearest first, equal
    /// distances by the lowest index. Exact, and no (Q, R) matrix is formed. Not differentiable.
    /// </summary>
    /// <param name="queries">(Q, D).</param>
    /// <param name="references">(R, D).</param>
    /// <param name="k">Neighbours a query.</param>
    /// <param name="isSameSet">Query i is reference i, and is not its own neighbour.</param>
    /// <returns>
    /// Int32 rows (Q, K), -1 where there are fewer references, and Float32 distances (Q, K), infinity there.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// The widths differ, k is not positive, or the sets differ in size.
    /// </exception>
    public static (Tensor Indices, Tensor Distances) NearestNeighbours(
        this Tensor queries, Tensor references, int k, bool isSameSet = false)
    {
        if (queries.Shape.Rank != 2 || references.Shape.Rank != 2 || queries.Shape[1] != references.Shape[1])
            throw new ArgumentException(
                $"[NearestNeighbours] queries {queries.Shape} and references {references.Shape} must be rows of one"
                + " width");
        if (k < 1) throw new ArgumentException($"[NearestNeighbours] k must be at least 1, not {k}");
        if (isSameSet && queries.Shape != references.Shape)
            throw new ArgumentException(
                $"[NearestNeighbours] the same set twice, but queries are {queries.Shape}, references"
                + $" {references.Shape}");
        return queries.NearestNeighbours(references, k, isSameSet ? 0 : -1);
    }

    /// <summary>
    /// As <see cref="NearestNeighbours(Tensor, Tensor, int, bool)"/> for a run of the references: query i is reference
    /// <paramref name="self"/> + i and is not its own neighbour; -1: the sets are different.
    /// </summary>
    public static (Tensor Indices, Tensor Distances) NearestNeighbours(
        this Tensor queries, Tensor references, int k, int self)
    {
        Device device = queries.Device;
        Shape shape = new(queries.Shape[0], k);
        Tensor indices = device.Empty(shape, ElementType.Int32, nameof(NearestNeighbours));
        Tensor distances = device.Empty(shape, ElementType.Float32, nameof(NearestNeighbours));
        device.Backend.MetricLearning.NearestNeighbours(queries, references, self, 0, indices, distances);
        return (indices, distances);
    }

    /// <summary>
    /// Goes on with a search: the references are the next of a set that need not be in memory at once. The result is
    /// the same as of all at once.
    /// </summary>
    /// <param name="queries">(Q, D), the same as before.</param>
    /// <param name="references">(R, D): references <paramref name="first"/> and on.</param>
    /// <param name="first">The number of the first of them; 0 begins.</param>
    /// <param name="indices">Int32 (Q, K): what the references before them have given; overwritten.</param>
    /// <param name="distances">Float32 (Q, K), likewise.</param>
    public static void GoOnWithNearestNeighbours(
        this Tensor queries, Tensor references, int first, Tensor indices, Tensor distances)
    {
        if (queries.Shape[1] != references.Shape[1] || indices.Shape != distances.Shape
            || indices.Shape[0] != queries.Shape[0] || first < 0)
            throw new ArgumentException(
                $"[NearestNeighbours] queries {queries.Shape}, references {references.Shape} from {first} on, indices"
                + $" {indices.Shape} and distances {distances.Shape} do not belong together");
        queries.Device.Backend.MetricLearning.NearestNeighbours(
            queries, references, -1, first, indices, distances);
    }
}
