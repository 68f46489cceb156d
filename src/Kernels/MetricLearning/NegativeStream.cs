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

    // Up to here comparing with every positive is faster than bisection: for columns side by side, and for an item's
    // only one, at six instructions a positive where a halving takes sixteen.
    const int Few = 64, FewOfOne = 16;

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
        Clear<TShape>(slots, stride, k, NoRow);
        Sort<TShape>(anchor, embeddings, packed, classes, dims, slots, stride, k, false, ref tally);
    }

    /// <summary>
    /// The same, but what the buckets keep is how many negatives begin to have a loss with the positive of that number,
    /// less those that no longer have. Where every triplet counts, the negatives' distances are taken from the loss.
    /// </summary>
    public static void CountRuns<TShape>(
        int anchor, ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes, MiningDims dims,
        ArrayView<uint> slots, int stride, int k, ref AnchorTally tally) where TShape : struct, IRowShape
    {
        Clear<TShape>(slots, stride, k, 0);
        Sort<TShape>(anchor, embeddings, packed, classes, dims, slots, stride, k, true, ref tally);
    }

    static void Sort<TShape>(
        int anchor, ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes, MiningDims dims,
        ArrayView<uint> slots, int stride, int k, bool areRuns, ref AnchorTally tally) where TShape : struct, IRowShape
    {
        int end = k > 0 ? dims.N : 0;
        for (int tile = 0; tile < end; tile += TShape.GroupX * TShape.Columns)
        {
            int first = tile + Group.IdxX * TShape.Columns;
            if (TShape.Columns == 1)
            {
                float distance = Distance(anchor, first, embeddings, packed, classes, dims);
                Negative negative = Locate(slots, k, dims.Margin, first, distance);
                Keep<TShape>(slots, stride, k, dims, negative, areRuns, ref tally);
            }
            else
                SortColumns<TShape>(
                    anchor, first, embeddings, packed, classes, dims, slots, stride, k, areRuns, ref tally);
        }
        RowBarrier.Wait<TShape>();
    }

    /// <summary>An item with several columns finds where all of them belong before it keeps them.</summary>
    static void SortColumns<TShape>(
        int anchor, int first, ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes,
        MiningDims dims, ArrayView<uint> slots, int stride, int k, bool areRuns, ref AnchorTally tally)
        where TShape : struct, IRowShape
    {
        var x = LocalMemory.Allocate<float>(TShape.Columns);
        var nearer = LocalMemory.Allocate<int>(TShape.Columns);
        var easy = LocalMemory.Allocate<int>(TShape.Columns);
        int columns = TShape.Columns;
        Distances<TShape>(anchor, first, embeddings, packed, classes, dims, x);
        Locate<TShape>(slots, k, dims.Margin, x, nearer, easy);
        for (int c = 0; c < columns; c++)
        {
            Negative negative = new(first + c, x[c], nearer[c], easy[c]);
            Keep<TShape>(slots, stride, k, dims, negative, areRuns, ref tally);
        }
    }

    static void Keep<TShape>(
        ArrayView<uint> slots, int stride, int k, MiningDims dims, Negative negative, bool areRuns,
        ref AnchorTally tally) where TShape : struct, IRowShape
    {
        AnchorTally.Count(k, negative, ref tally);
        if (areRuns) AddRuns(slots, stride, k, dims, negative, ref tally);
        else KeepNearest<TShape>(slots, stride, negative);
    }

    /// <summary>An item's distances to rows <paramref name="first"/> and on, into shared memory.</summary>
    public static void Share<TShape>(
        int anchor, int first, ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes,
        MiningDims dims, ArrayView<float> tileDistances) where TShape : struct, IRowShape
    {
        int own = Group.IdxX * TShape.Columns, columns = TShape.Columns;
        if (TShape.Columns == 1)
            tileDistances[own] = Distance(anchor, first, embeddings, packed, classes, dims);
        else
        {
            var x = LocalMemory.Allocate<float>(TShape.Columns);
            Distances<TShape>(anchor, first, embeddings, packed, classes, dims, x);
            for (int c = 0; c < columns; c++)
                tileDistances[own + c] = x[c];
        }
    }

    /// <summary>The distance to a row; infinity at what is no negative.</summary>
    static float Distance(
        int anchor, int row, ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes,
        MiningDims dims)
    {
        float squared = dims.IsMeasured != 0 ? RowDistance.Measured(packed, anchor, row, dims.N, dims.First)
            : RowDistance.ToPacked(embeddings, anchor, packed, row, dims.N, dims.D);
        return OfNegative(squared, row, ClassIndex.ClassOf(classes, anchor), classes, dims);
    }

    /// <summary>The same for each of several columns, from row <paramref name="first"/> on.</summary>
    static void Distances<TShape>(
        int anchor, int first, ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes,
        MiningDims dims, ArrayView<float> x) where TShape : struct, IRowShape
    {
        int own = ClassIndex.ClassOf(classes, anchor), columns = TShape.Columns;
        if (dims.IsMeasured != 0)
            for (int c = 0; c < columns; c++)
                x[c] = RowDistance.Measured(packed, anchor, first + c, dims.N, dims.First);
        else RowDistance.ToColumns<TShape>(embeddings, anchor, packed, first, dims.N, dims.D, x);
        for (int c = 0; c < columns; c++)
            x[c] = OfNegative(x[c], first + c, own, classes, dims);
    }

    static float OfNegative(float squared, int row, int own, ArrayView<int> classes, MiningDims dims)
    {
        float distance = dims.IsSquared != 0 ? squared : MathF.Sqrt(squared);
        bool isNegative = ClassIndex.ClassOf(classes, Math.Min(row, dims.N - 1)) != own;
        return isNegative ? distance : float.PositiveInfinity;
    }

    /// <summary>The positives nearer than a negative, and those for which it is easy.</summary>
    static Negative Locate(ArrayView<uint> slots, int k, float margin, int row, float x)
    {
        // Most negatives of a trained network are easy for all positives.
        bool isEasy = x > Interop.IntAsFloat(slots[k - 1]) + margin;
        int nearer = isEasy ? k : 0, easy = isEasy ? k : 0;
        int few = isEasy || k > FewOfOne ? 0 : k;
        for (int j = 0; j < few; j++)
        {
            float positive = Interop.IntAsFloat(slots[j]);
            nearer += positive < x ? 1 : 0;
            easy += positive + margin <= x ? 1 : 0;
        }
        if (!isEasy && k > FewOfOne)
        {
            nearer = CountNearer(slots, k, 0f, x, 0);
            easy = CountNearer(slots, k, margin, x, 1);
        }
        return new(row, x, nearer, easy);
    }

    /// <summary>The same for each of several columns.</summary>
    static void Locate<TShape>(
        ArrayView<uint> slots, int k, float margin, ArrayView<float> x, ArrayView<int> nearer, ArrayView<int> easy)
        where TShape : struct, IRowShape
    {
        int columns = TShape.Columns;
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
    static void KeepNearest<TShape>(ArrayView<uint> slots, int stride, Negative negative)
        where TShape : struct, IRowShape
    {
        int distance = 2 * stride + negative.Nearer, row = 3 * stride + negative.Nearer;
        uint bits = Interop.FloatAsInt(negative.Distance);
        bool isNearer = negative.Distance < Interop.IntAsFloat(slots[distance]);
        RowBarrier.Wait<TShape>();
        if (isNearer) Atomic.Min(ref slots[distance], bits);
        RowBarrier.Wait<TShape>();
        isNearer = isNearer && slots[distance] == bits;
        if (isNearer) Atomic.Max(ref slots[row], NoRow);
        RowBarrier.Wait<TShape>();
        if (isNearer) Atomic.Min(ref slots[row], (uint)negative.Row);
    }

    /// <summary>
    /// A negative has a loss with a run of the sorted positives: those for which it is not easy, of them those before
    /// its bucket (semi-hard) or from it on (hard). The run's ends are counted.
    /// </summary>
    static void AddRuns(
        ArrayView<uint> slots, int stride, int k, MiningDims dims, Negative negative, ref AnchorTally tally)
    {
        int easy = negative.Easy, nearer = negative.Nearer;
        int from = dims.Rule == MiningRule.AllHard ? Math.Max(easy, nearer) : easy;
        int to = dims.Rule == MiningRule.BatchAll || dims.Rule == MiningRule.AllHard ? k : nearer;
        if (dims.Rule == MiningRule.Angular) to = from; // they are no run: AngularTriplets counts them
        if (negative.Distance < float.PositiveInfinity && from < to)
        {
            Atomic.Add(ref slots[3 * stride + from], 1u);
            Atomic.Add(ref slots[3 * stride + to], 0xFFFFFFFFu);
            if (dims.TakesEvery)
            {
                tally.Active += to - from;
                CompensatedSum.AddProduct(ref tally.Sum, ref tally.Error, from - to, negative.Distance);
            }
        }
    }
}
