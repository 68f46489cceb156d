using System.Runtime.CompilerServices;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>
/// One anchor's distances, ready for any rule. Its positives' distances are sorted, s_0 &lt;= .. &lt;= s_(K-1); each negative
/// at x falls into bucket b = #{ s_j &lt; x }, and every bucket keeps its nearest negative. The nearest negative strictly
/// farther than positive j is then that of the first non-empty bucket above j, because larger buckets hold larger x. The
/// number #{ s_j + margin &lt;= x } tells for how many positives the negative is easy. O(N log K), no N x N store.
/// </summary>
unsafe struct AnchorRow
{
    /// <summary>Distances to all rows, the last panel filled up; infinity at the anchor, its positives and the filling.</summary>
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

    /// <summary>For the rules that take every triplet: sums of <see cref="Shifted"/> before j, and a working array.</summary>
    public double* ShiftedSums;

    /// <inheritdoc cref="ShiftedSums"/>
    public int* Runs;

    /// <summary>Rows, rows with the last panel filled up, and positives.</summary>
    public int N, Padded, K;

    /// <summary>The farthest negative and its row; -1 if there is no negative.</summary>
    public float FarthestDistance;

    /// <inheritdoc cref="FarthestDistance"/>
    public int FarthestRow;

    /// <summary>Triplets of this anchor: hard, semi-hard.</summary>
    public long Hard, SemiHard;

    /// <summary>The floats of scratch that <see cref="At"/> lays out for rows of K positives at most.</summary>
    public static long ScratchFloats(int padded, int k) => 2L * padded + 8L * (k + 1);

    /// <summary>A row whose arrays lie in <paramref name="scratch"/>, which is aligned.</summary>
    public static AnchorRow At(float* scratch, int n, int padded, int k)
    {
        AnchorRow row = new() { N = n, Padded = padded, Nearer = (int*)scratch, EasyFor = (int*)scratch + padded };
        row.ShiftedSums = (double*)(scratch + 2L * padded);
        row.S = (float*)(row.ShiftedSums + k + 1);
        row.Shifted = row.S + k + 1;
        row.BucketDistance = row.Shifted + k + 1;
        row.BucketRow = (int*)row.BucketDistance + k + 1;
        row.Place = row.BucketRow + k + 1;
        row.Runs = row.Place + k + 1;
        return row;
    }

    /// <summary>Takes the positives out of the distances, sorts them, and sorts the negatives into buckets.</summary>
    public void Prepare<TVector, V>(float* distances, int anchor, ReadOnlySpan<int> members, float margin)
        where TVector : struct, IRowVector<V> where V : struct
    {
        X = distances;
        K = 0;
        foreach (int p in members)
        {
            if (p != anchor)
            {
                S[K] = X[p];
                Place[K] = K;
                K++;
            }
            X[p] = float.PositiveInfinity;
        }
        for (int i = N; i < Padded; i++) X[i] = float.PositiveInfinity;
        new Span<float>(S, K).Sort(new Span<int>(Place, K));
        for (int j = 0; j < K; j++) Shifted[j] = S[j] + margin;
        if (K <= 8 * TVector.Count) CountLinearly<TVector, V>();
        else CountByBisection();
        FillBuckets();
    }

    /// <summary>Compares each vector of distances with every positive: the fastest for few positives.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void CountLinearly<TVector, V>() where TVector : struct, IRowVector<V> where V : struct
    {
        for (int i = 0; i < Padded; i += 2 * TVector.Count)
        {
            V x0 = TVector.Load(X + i), x1 = TVector.Load(X + i + TVector.Count);
            V nearer0 = TVector.Broadcast(0), nearer1 = nearer0, easy0 = nearer0, easy1 = nearer0;
            for (int j = 0; j < K; j++)
            {
                V s = TVector.Broadcast(S[j]), shifted = TVector.Broadcast(Shifted[j]);
                nearer0 = TVector.CountGreater(nearer0, x0, s);
                nearer1 = TVector.CountGreater(nearer1, x1, s);
                easy0 = TVector.CountAtLeast(easy0, x0, shifted);
                easy1 = TVector.CountAtLeast(easy1, x1, shifted);
            }
            TVector.StoreIntegers(nearer0, Nearer + i);
            TVector.StoreIntegers(nearer1, Nearer + i + TVector.Count);
            TVector.StoreIntegers(easy0, EasyFor + i);
            TVector.StoreIntegers(easy1, EasyFor + i + TVector.Count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    readonly void CountByBisection()
    {
        for (int i = 0; i < Padded; i++)
        {
            float x = X[i];
            int nearer = 0, easy = 0, length = K;
            // Both counts at once: the steps of one hide the latency of the other.
            for (; length > 1; length -= length / 2)
            {
                int half = length / 2;
                nearer += S[nearer + half - 1] < x ? half : 0;
                easy += Shifted[easy + half - 1] <= x ? half : 0;
            }
            nearer += S[nearer] < x ? 1 : 0;
            easy += Shifted[easy] <= x ? 1 : 0;
            (Nearer[i], EasyFor[i]) = (nearer, easy);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void FillBuckets()
    {
        for (int b = 0; b <= K; b++) (BucketDistance[b], BucketRow[b]) = (float.PositiveInfinity, -1);
        (FarthestDistance, FarthestRow, Hard, SemiHard) = (-1, -1, 0, 0);
        long hard = 0, semiHard = 0;
        float farthest = -1;
        for (int i = 0; i < N; i++)
        {
            float x = X[i];
            int b = Nearer[i];
            // With a margin too small to change s_j, a negative at s_j itself is hard, not easy.
            int easy = Math.Min(EasyFor[i], b);
            hard += K - b;
            semiHard += b - easy;
            if (x < BucketDistance[b]) (BucketDistance[b], BucketRow[b]) = (x, i);
            if (x > farthest && x < float.PositiveInfinity) (farthest, FarthestRow) = (x, i);
        }
        (Hard, SemiHard, FarthestDistance) = (hard, semiHard, farthest);
    }

    /// <summary>How many negatives lie strictly between two distances.</summary>
    public readonly int CountBetween<TVector, V>(float low, float high) where TVector : struct, IRowVector<V> where V : struct
    {
        V s = TVector.Broadcast(low), t = TVector.Broadcast(high);
        int count = 0;
        for (int i = 0; i < Padded; i += TVector.Count) count += System.Numerics.BitOperations.PopCount(Between<TVector, V>(i, s, t));
        return count;
    }

    /// <summary>The row of negative number <paramref name="index"/>, counted from 0, of those between two distances.</summary>
    public readonly int SelectBetween<TVector, V>(float low, float high, int index)
        where TVector : struct, IRowVector<V> where V : struct
    {
        V s = TVector.Broadcast(low), t = TVector.Broadcast(high);
        int i = 0;
        uint bits = Between<TVector, V>(0, s, t);
        for (int count; (count = System.Numerics.BitOperations.PopCount(bits)) <= index; index -= count)
            bits = Between<TVector, V>(i += TVector.Count, s, t);
        while (index-- > 0) bits &= bits - 1;
        return i + System.Numerics.BitOperations.TrailingZeroCount(bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly uint Between<TVector, V>(int i, V low, V high) where TVector : struct, IRowVector<V> where V : struct
    {
        V x = TVector.Load(X + i);
        return TVector.LessBits(low, x) & TVector.LessBits(x, high);
    }
}
