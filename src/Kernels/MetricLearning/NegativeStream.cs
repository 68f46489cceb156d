using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// An anchor's negatives, a tile of rows at a time. A negative at distance x falls into the bucket b = #{ positives
/// nearer than x } of its sorted positives, and is easy for e = #{ positives nearer than x - margin } of them: hard for
/// K - b, semi-hard for b - e.
/// </summary>
static class NegativeStream
{
    // Loops over an item's columns run to a variable, which keeps them loops: unrolled they take PoCL's compiler a
    // quarter of a minute.

    /// <summary>The bits of infinity: the distance in an empty bucket.</summary>
    public const int Infinity = 0x7F800000;

    /// <summary>The row in an empty bucket.</summary>
    public const int NoRow = int.MaxValue;

    // Up to here comparing with every positive is faster than bisection.
    const int Few = 64;

    /// <summary>Empties buckets 0 .. K. Ends with a barrier.</summary>
    static void Clear<TShape>(ArrayView<uint> slots, int stride, int k, uint row) where TShape : struct, IRowShape
    {
        for (int b = Group.IdxX; b <= k; b += TShape.GroupX)
        {
            slots[2 * stride + b] = Infinity;
            slots[3 * stride + b] = row;
        }
        RowBarrier.Wait<TShape>();
    }

    /// <summary>
    /// Sorts all negatives into the buckets, each of which keeps its nearest one's distance and row, and counts them by
    /// kind. Ends with a barrier.
    /// </summary>
    public static void FindNearest<TShape>(
        int anchor, ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes, MiningDims dims,
        ArrayView<uint> slots, int stride, int k, ref AnchorTally tally) where TShape : struct, IRowShape
    {
        var x = LocalMemory.Allocate<float>(TShape.Columns);
        var nearer = LocalMemory.Allocate<int>(TShape.Columns);
        var easy = LocalMemory.Allocate<int>(TShape.Columns);
        Clear<TShape>(slots, stride, k, NoRow);
        int end = k > 0 ? dims.N : 0;
        for (int tile = 0; tile < end; tile += TShape.GroupX * TShape.Columns)
        {
            int first = tile + Group.IdxX * TShape.Columns;
            Distances<TShape>(anchor, first, embeddings, packed, classes, dims, x);
            Count<TShape>(slots, k, dims.Margin, first, x, nearer, easy, ref tally);
            KeepNearest<TShape>(slots, stride, first, x, nearer);
        }
        RowBarrier.Wait<TShape>();
    }

    /// <summary>
    /// The same, but what the buckets keep is how many negatives begin to have a loss with the positive of that number,
    /// less those that no longer have. Where every triplet counts, the negatives' distances are taken from the loss.
    /// </summary>
    public static void CountRuns<TShape>(
        int anchor, ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes, MiningDims dims,
        ArrayView<uint> slots, int stride, int k, ref AnchorTally tally) where TShape : struct, IRowShape
    {
        var x = LocalMemory.Allocate<float>(TShape.Columns);
        var nearer = LocalMemory.Allocate<int>(TShape.Columns);
        var easy = LocalMemory.Allocate<int>(TShape.Columns);
        Clear<TShape>(slots, stride, k, 0);
        int end = k > 0 ? dims.N : 0;
        for (int tile = 0; tile < end; tile += TShape.GroupX * TShape.Columns)
        {
            int first = tile + Group.IdxX * TShape.Columns;
            Distances<TShape>(anchor, first, embeddings, packed, classes, dims, x);
            Count<TShape>(slots, k, dims.Margin, first, x, nearer, easy, ref tally);
            AddRuns<TShape>(slots, stride, k, dims, x, nearer, easy, ref tally);
        }
        RowBarrier.Wait<TShape>();
    }

    /// <summary>An item's distances to rows <paramref name="first"/> and on; infinity at what is no negative.</summary>
    public static void Distances<TShape>(
        int anchor, int first, ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes,
        MiningDims dims, ArrayView<float> x) where TShape : struct, IRowShape
    {
        RowDistance.ToColumns<TShape>(embeddings, anchor, packed, first, dims.N, dims.D, x);
        int own = ClassIndex.ClassOf(classes, anchor), columns = TShape.Columns;
        for (int c = 0; c < columns; c++)
        {
            float distance = dims.IsSquared != 0 ? x[c] : MathF.Sqrt(x[c]);
            bool isNegative = ClassIndex.ClassOf(classes, Math.Min(first + c, dims.N - 1)) != own;
            x[c] = isNegative ? distance : float.PositiveInfinity;
        }
    }

    /// <summary>For each column the positives nearer than it, and those for which it is easy.</summary>
    static void Count<TShape>(
        ArrayView<uint> slots, int k, float margin, int first, ArrayView<float> x, ArrayView<int> nearer,
        ArrayView<int> easy, ref AnchorTally tally) where TShape : struct, IRowShape
    {
        int columns = TShape.Columns;
        // Most negatives of a trained network are easy for all positives.
        float last = Interop.IntAsFloat(slots[k - 1]) + margin, least = x[0];
        for (int c = 1; c < columns; c++)
            least = x[c] < least ? x[c] : least;
        bool areEasy = least > last;
        for (int c = 0; c < columns; c++)
        {
            nearer[c] = areEasy ? k : 0;
            easy[c] = areEasy ? k : 0;
        }
        int few = areEasy || k > Few ? 0 : k;
        for (int j = 0; j < few; j++)
        {
            float positive = Interop.IntAsFloat(slots[j]), limit = positive + margin;
            for (int c = 0; c < columns; c++)
            {
                nearer[c] += positive < x[c] ? 1 : 0;
                easy[c] += limit <= x[c] ? 1 : 0;
            }
        }
        if (!areEasy && k > Few)
            for (int c = 0; c < columns; c++)
            {
                nearer[c] = CountNearer(slots, k, 0f, x[c], 0);
                easy[c] = CountNearer(slots, k, margin, x[c], 1);
            }
        for (int c = 0; c < columns; c++)
            if (x[c] < float.PositiveInfinity)
            {
                tally.Hard += k - nearer[c];
                tally.SemiHard += nearer[c] - Math.Min(easy[c], nearer[c]);
                if (x[c] > tally.Farthest)
                {
                    tally.Farthest = x[c];
                    tally.FarthestRow = first + c;
                }
            }
    }

    /// <summary>How many of the sorted distances, and the margin, are below x, or at x too.</summary>
    static int CountNearer(ArrayView<uint> sorted, int k, float margin, float x, int orEqual)
    {
        int low = 0, high = k;
        while (low < high)
        {
            int middle = (low + high) / 2;
            float value = Interop.IntAsFloat(sorted[middle]) + margin;
            bool isBelow = value < x || (orEqual != 0 && value == x);
            low = isBelow ? middle + 1 : low;
            high = isBelow ? high : middle;
        }
        return low;
    }

    /// <summary>
    /// Minima by atomics on whole numbers, whose order does not matter: first the distance, then the lowest of the rows
    /// that have it. A tie with an earlier tile leaves the earlier row.
    /// </summary>
    static void KeepNearest<TShape>(
        ArrayView<uint> slots, int stride, int first, ArrayView<float> x, ArrayView<int> nearer)
        where TShape : struct, IRowShape
    {
        var isNearer = LocalMemory.Allocate<int>(TShape.Columns);
        int columns = TShape.Columns;
        for (int c = 0; c < columns; c++)
            isNearer[c] = x[c] < Interop.IntAsFloat(slots[2 * stride + nearer[c]]) ? 1 : 0;
        RowBarrier.Wait<TShape>();
        for (int c = 0; c < columns; c++)
            if (isNearer[c] != 0)
                Atomic.Min(ref slots[2 * stride + nearer[c]], Interop.FloatAsInt(x[c]));
        RowBarrier.Wait<TShape>();
        for (int c = 0; c < columns; c++)
            if (isNearer[c] != 0)
            {
                isNearer[c] = slots[2 * stride + nearer[c]] == Interop.FloatAsInt(x[c]) ? 1 : 0;
                if (isNearer[c] != 0) Atomic.Max(ref slots[3 * stride + nearer[c]], NoRow);
            }
        RowBarrier.Wait<TShape>();
        for (int c = 0; c < columns; c++)
            if (isNearer[c] != 0)
                Atomic.Min(ref slots[3 * stride + nearer[c]], (uint)(first + c));
    }

    /// <summary>
    /// A negative has a loss with a run of the sorted positives: those for which it is not easy, of them those before
    /// its bucket (semi-hard) or from it on (hard). The run's ends are counted.
    /// </summary>
    static void AddRuns<TShape>(
        ArrayView<uint> slots, int stride, int k, MiningDims dims, ArrayView<float> x, ArrayView<int> nearer,
        ArrayView<int> easy, ref AnchorTally tally) where TShape : struct, IRowShape
    {
        int columns = TShape.Columns;
        for (int c = 0; c < columns; c++)
        {
            int from = dims.Rule == MiningRule.AllHard ? Math.Max(easy[c], nearer[c]) : easy[c];
            int to = dims.Rule == MiningRule.BatchAll || dims.Rule == MiningRule.AllHard ? k : nearer[c];
            if (x[c] < float.PositiveInfinity && from < to)
            {
                Atomic.Add(ref slots[3 * stride + from], 1u);
                Atomic.Add(ref slots[3 * stride + to], 0xFFFFFFFFu);
                if (dims.TakesEvery)
                {
                    tally.Active += to - from;
                    CompensatedSum.AddProduct(ref tally.Sum, ref tally.Error, from - to, x[c]);
                }
            }
        }
    }
}
