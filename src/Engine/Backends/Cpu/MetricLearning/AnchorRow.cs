using System.Numerics;
using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Backends.Cpu.SmallConvolution;
using TripletGpu.Kernels.MetricLearning;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>
/// One anchor's distances, ready for any rule. Its positives' distances are sorted, s_0 &lt;= .. &lt;= s_(K-1); each
/// negative at x falls into bucket b = #{ s_j &lt; x }, and every bucket keeps its nearest negative. The nearest
/// negative strictly farther than positive j is then that of the first non-empty bucket above j, because larger buckets
/// hold larger x. The number #{ s_j + margin &lt;= x } tells for how many positives the negative is easy. O(N log K),
/// no N x N store.
/// </summary>
unsafe struct AnchorRow<V> where V : struct, IDistanceVector<V>
{
    /// <summary>
    /// Distances to all rows, the last panel filled up; infinity at the anchor, its positives and the filling.
    /// </summary>
    public float* X;

    /// <summary>Positives' distances, ascending, and the same plus the margin.</summary>
    public float* S, Shifted;

    /// <summary>For each sorted positive its place among the anchor's positives.</summary>
    public int* Place;

    /// <summary>For each row #{ s_j &lt; x } and, of these, #{ s_j + margin &lt;= x }.</summary>
    public int* Nearer, EasyFor;

    /// <summary>The nearest negative of each bucket 0 .. K, and its row; infinity and -1 in an empty one.</summary>
    public float* BucketDistance;

    /// <inheritdoc cref="BucketDistance"/>
    public int* BucketRow;

    /// <summary>
    /// For the rules that take every triplet: sums of <see cref="Shifted"/> before j, and a working array.
    /// </summary>
    public double* ShiftedSums;

    /// <inheritdoc cref="ShiftedSums"/>
    public int* Runs;

    /// <summary>Rows, rows with the last panel filled up, and positives.</summary>
    public int N, Padded, K;

    /// <summary>The distance of the farthest negative; -1 if there is none.</summary>
    public float FarthestDistance;

    /// <summary>Triplets of this anchor: hard, semi-hard.</summary>
    public long Hard, SemiHard;

    /// <summary>The floats of scratch that <see cref="At"/> lays out for rows of K positives at most.</summary>
    public static long ScratchFloats(int padded, int k) => 2L * padded + 8L * Slots(k);

    /// <summary>A row whose arrays lie in <paramref name="scratch"/>, which is aligned.</summary>
    public static AnchorRow<V> At(float* scratch, int n, int padded, int k)
    {
        AnchorRow<V> row = new() { N = n, Padded = padded, Nearer = (int*)scratch, EasyFor = (int*)scratch + padded };
        row.ShiftedSums = (double*)(scratch + 2L * padded);
        int slots = Slots(k);
        row.S = (float*)(row.ShiftedSums + slots);
        row.Shifted = row.S + slots;
        row.BucketDistance = row.Shifted + slots;
        row.BucketRow = (int*)row.BucketDistance + slots;
        row.Place = row.BucketRow + slots;
        row.Runs = row.Place + slots;
        return row;
    }

    /// <summary>K + 1 values, filled up to whole vectors.</summary>
    static int Slots(int k) => (k + 16) / 16 * 16;

    /// <summary>Takes the positives out of the distances, sorts them, and sorts the negatives into buckets.</summary>
    public void Prepare(float* distances, int anchor, ReadOnlySpan<int> members, float margin)
    {
        X = distances;
        K = 0;
        bool areFinite = true;
        foreach (int p in members)
        {
            if (p != anchor) areFinite &= (S[K++] = X[p]) < float.PositiveInfinity;
            X[p] = float.PositiveInfinity;
        }
        for (int i = N; i < Padded; i++) X[i] = float.PositiveInfinity;
        bool areFew = K <= 8 * V.Count && areFinite;
        if (areFew) SortByCounting();
        else
        {
            for (int j = 0; j < K; j++) Place[j] = j;
            // Distances are not negative, so their bits are ordered as they are, NaN last: what is counted below, and
            // drawn from those counts, takes them for sorted.
            new Span<uint>(S, K).Sort(new Span<int>(Place, K));
        }
        for (int j = 0; j < K; j++) Shifted[j] = S[j] + margin;
        if (areFew) CountLinearly();
        else CountByBisection();
        FillBuckets();
    }

    /// <summary>
    /// Each distance goes to the slot that has the number of smaller ones, or the next free one after it: ten times as
    /// fast as a general sort of some tens of values.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void SortByCounting()
    {
        float* unsorted = Shifted, sorted = S;
        int* place = Place;
        int k = K, rounded = (k + V.Count - 1) / V.Count * V.Count;
        for (int j = 0; j < k; j++) (unsorted[j], place[j]) = (sorted[j], -1);
        for (int j = k; j < rounded; j++) unsorted[j] = float.PositiveInfinity;
        for (int j = 0; j < k; j++)
        {
            V key = V.Create(unsorted[j]);
            int slot = 0;
            for (int i = 0; i < k; i += V.Count)
                slot += BitOperations.PopCount(V.GreaterBits(key, V.Load(unsorted + i)));
            while (place[slot] >= 0) slot++;
            (sorted[slot], place[slot]) = (unsorted[j], j);
        }
    }

    /// <summary>Compares each vector of distances with every positive: the fastest for few positives.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void CountLinearly()
    {
        float* x = X, s = S, shifted = Shifted;
        int* nearer = Nearer, easyFor = EasyFor;
        int k = K, padded = Padded;
        V zero = V.Create(0), nearerSums = zero, easySums = zero, farthest = V.Create(-1);
        V last = V.Create(k > 0 ? shifted[k - 1] : float.PositiveInfinity);
        uint all = (1u << V.Count) - 1;
        for (int i = 0; i < padded; i += 2 * V.Count)
        {
            V x0 = V.Load(x + i), x1 = V.Load(x + i + V.Count);
            V nearer0 = zero, nearer1 = zero, easy0 = zero, easy1 = zero;
            // Most negatives of a trained network are easy for all positives.
            bool areEasy = (V.GreaterBits(x0, last) & V.GreaterBits(x1, last)) == all;
            if (areEasy) nearer0 = nearer1 = easy0 = easy1 = V.Create(k);
            for (int j = areEasy ? k : 0; j < k; j++)
            {
                V positive = V.Create(s[j]), limit = V.Create(shifted[j]);
                nearer0 = V.CountGreater(nearer0, x0, positive);
                nearer1 = V.CountGreater(nearer1, x1, positive);
                easy0 = V.CountGreaterOrEqual(easy0, x0, limit);
                easy1 = V.CountGreaterOrEqual(easy1, x1, limit);
            }
            V.StoreIntegers(nearer0, nearer + i);
            V.StoreIntegers(nearer1, nearer + i + V.Count);
            V.StoreIntegers(easy0, easyFor + i);
            V.StoreIntegers(easy1, easyFor + i + V.Count);
            // With a margin too small to change s_j, a negative at s_j itself is hard, not easy.
            nearerSums += nearer0 + nearer1;
            easySums += V.MinNative(easy0, nearer0) + V.MinNative(easy1, nearer1);
            farthest = V.MaxFinite(V.MaxFinite(farthest, x0), x1);
        }
        // A lane's sums stay below 2^24, where floats count exactly: few positives times the rows of one lane.
        float* lanes = stackalloc float[3 * V.Count];
        V.Store(nearerSums, lanes);
        V.Store(easySums, lanes + V.Count);
        V.Store(farthest, lanes + 2 * V.Count);
        long nearerSum = 0, easySum = 0;
        FarthestDistance = -1;
        for (int i = 0; i < V.Count; i++)
        {
            nearerSum += (long)lanes[i];
            easySum += (long)lanes[V.Count + i];
            FarthestDistance = Math.Max(FarthestDistance, lanes[2 * V.Count + i]);
        }
        Count(nearerSum, easySum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void CountByBisection()
    {
        float* s = S, shifted = Shifted;
        int k = K;
        long nearerSum = 0, easySum = 0;
        float farthest = -1;
        for (int i = 0; i < Padded; i++)
        {
            float x = X[i];
            int nearer = 0, easy = 0, length = k;
            // Both counts at once: the steps of one hide the latency of the other.
            for (; length > 1; length -= length / 2)
            {
                int half = length / 2;
                nearer += s[nearer + half - 1] < x ? half : 0;
                easy += shifted[easy + half - 1] <= x ? half : 0;
            }
            nearer += s[nearer] < x ? 1 : 0;
            easy += shifted[easy] <= x ? 1 : 0;
            // Of positives infinitely far, what is no negative would be none farther.
            if (!(x < float.PositiveInfinity)) nearer = easy = k;
            (Nearer[i], EasyFor[i]) = (nearer, easy);
            nearerSum += nearer;
            easySum += Math.Min(easy, nearer);
            if (x > farthest && x < float.PositiveInfinity) farthest = x;
        }
        FarthestDistance = farthest;
        Count(nearerSum, easySum);
    }

    /// <summary>
    /// What is no negative counts as farther than every positive, and so as neither hard nor semi-hard.
    /// </summary>
    void Count(long nearerSum, long easySum) => (Hard, SemiHard) = ((long)K * Padded - nearerSum, nearerSum - easySum);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void FillBuckets()
    {
        float* x = X, distances = BucketDistance;
        int* nearer = Nearer, rows = BucketRow;
        int n = N, k = K;
        for (int b = 0; b <= k; b++) (distances[b], rows[b]) = (float.PositiveInfinity, -1);
        for (int i = 0; i < n; i++)
        {
            int b = nearer[i];
            if (x[i] < distances[b]) (distances[b], rows[b]) = (x[i], i);
        }
    }

    /// <summary>The row of the farthest negative, -1 if there is none.</summary>
    public readonly int FarthestRow() => new ReadOnlySpan<float>(X, N).IndexOf(FarthestDistance);

    /// <summary>Counts for each sorted positive its semi-hard negatives, into <see cref="Runs"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void CountSemiHard()
    {
        int* runs = Runs, nearer = Nearer, easyFor = EasyFor;
        new Span<int>(runs, K + 1).Clear();
        for (int i = 0; i < N; i++)
        {
            // The negative is semi-hard for the positives before its bucket for which it is not easy.
            runs[Math.Min(easyFor[i], nearer[i])]++;
            runs[nearer[i]]--;
        }
        for (int j = 1; j < K; j++) runs[j] += runs[j - 1];
    }

    /// <summary>
    /// The row of negative number <paramref name="index"/>, counted from 0, of those between two distances.
    /// </summary>
    public readonly int SelectBetween(float low, float high, int index)
    {
        V s = V.Create(low), t = V.Create(high);
        int i = 0;
        uint bits = Between(0, s, t);
        for (int count; (count = BitOperations.PopCount(bits)) <= index; index -= count)
            bits = Between(i += V.Count, s, t);
        while (index-- > 0) bits &= bits - 1;
        return i + BitOperations.TrailingZeroCount(bits);
    }

    /// <summary>
    /// The bucket of the nearest negative, from a bucket on; the last one, which may be empty, if there is none.
    /// </summary>
    public readonly int NearestBucket(int from = 0)
    {
        while (from < K && BucketRow[from] < 0) from++;
        return from;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly uint Between(int i, V low, V high)
    {
        V x = V.Load(X + i);
        return V.GreaterBits(x, low) & V.GreaterBits(high, x);
    }
}
