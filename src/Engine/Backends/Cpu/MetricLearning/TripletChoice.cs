using System.Numerics;
using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>
/// What a rule takes from one prepared <see cref="AnchorRow{V}"/>: rows of the table, the loss, the counts.
/// </summary>
unsafe struct TripletChoice<V>(
    TripletSettings settings, float* rows, float* packed, int dimension, int* triplets, float* losses)
    where V : struct, IDistanceVector<V>
{
    /// <summary>Counts over all rows so far.</summary>
    public MiningTally Tally = MiningTally.Empty;

    /// <summary>Chooses for one anchor and returns the sum of its losses.</summary>
    /// <param name="row">The anchor's distances.</param>
    /// <param name="anchor">Its index.</param>
    /// <param name="members">Its class, itself included.</param>
    /// <param name="firstPair">The number of its first pair.</param>
    public double Choose(in AnchorRow<V> row, int anchor, ReadOnlySpan<int> members, int firstPair)
    {
        int negatives = row.N - members.Length;
        Tally.Hard += row.Hard;
        Tally.SemiHard += row.SemiHard;
        Tally.Triplets += (long)row.K * negatives;
        if (row.K > 0)
            Tally.LargestDistance = Math.Max(Tally.LargestDistance, Math.Max(row.S[row.K - 1], row.FarthestDistance));
        return settings.Rule switch
        {
            MiningRule.Hard => Hardest(row, anchor, members),
            MiningRule.EasyPositive or MiningRule.EasyPositiveHard => Easiest(row, anchor, members),
            MiningRule.Semihard or MiningRule.Facenet => Nearest(row, anchor, members, firstPair),
            MiningRule.RandomSemihard => Random(row, anchor, members, firstPair),
            MiningRule.DistanceWeighted => Weighted(row, anchor, members, firstPair),
            MiningRule.Angular => Angular(row, anchor, members, firstPair),
            _ => All(row, anchor, members, firstPair),
        };
    }

    double Nearest(in AnchorRow<V> row, int anchor, ReadOnlySpan<int> members, int firstPair)
    {
        bool isStrict = settings.Rule == MiningRule.Facenet;
        double sum = 0;
        float distance = float.PositiveInfinity;
        int negative = -1, farthest = int.MinValue;
        for (int j = row.K - 1; j >= 0; j--)
        {
            if (row.BucketRow[j + 1] >= 0) (distance, negative) = (row.BucketDistance[j + 1], row.BucketRow[j + 1]);
            int chosen = negative;
            float loss = 0;
            if (isStrict)
            {
                if (distance < row.Shifted[j]) loss = row.Shifted[j] - distance;
                else chosen = -1;
            }
            else if (negative >= 0) loss = row.Shifted[j] - distance;
            else
            {
                // Without any negative the reference's masked maximum finds the anchor's distance to itself, 0.
                if (farthest == int.MinValue) farthest = row.FarthestRow();
                chosen = farthest;
                loss = row.Shifted[j] - (chosen >= 0 ? row.FarthestDistance : 0);
                Tally.Fallback++;
            }
            sum += Write(row, j, anchor, members, firstPair, chosen, loss);
        }
        return sum;
    }

    double Random(in AnchorRow<V> row, int anchor, ReadOnlySpan<int> members, int firstPair)
    {
        double sum = 0;
        row.CountSemiHard();
        for (int j = 0; j < row.K; j++)
        {
            float s = row.S[j], shifted = row.Shifted[j];
            int count = row.Runs[j], negative = -1;
            float loss = 0;
            if (count > 0)
            {
                int positive = Positive(members, anchor, row.Place[j]);
                negative = row.SelectBetween(s, shifted, (int)(Bits(anchor, positive) * (uint)count >> 32));
                loss = shifted - row.X[negative];
            }
            sum += Write(row, j, anchor, members, firstPair, negative, loss);
        }
        return sum;
    }

    double Weighted(in AnchorRow<V> row, int anchor, ReadOnlySpan<int> members, int firstPair)
    {
        if (row.K == 0) return 0;
        bool isSquared = settings.Distance == TripletDistance.Squared;
        float nearest = row.BucketDistance[row.NearestBucket()], most = DistanceWeight.Exponent(
            isSquared ? nearest : nearest * nearest, dimension);
        WeightSums weights = new((ulong*)row.Nearer, row.N); // in the place of both counts, which are not read any more
        ulong total = weights.Fill(row.X, dimension, isSquared, most);
        double sum = 0;
        for (int j = 0; j < row.K; j++)
        {
            int negative = -1;
            float loss = 0;
            if (total > 0)
            {
                ulong bits = Bits(anchor, Positive(members, anchor, row.Place[j]));
                negative = weights.Select(DistanceWeight.Draw(bits, total));
                loss = row.Shifted[j] - row.X[negative];
                if (float.IsNegativeInfinity(most)) Tally.Fallback++;
            }
            sum += Write(row, j, anchor, members, firstPair, negative, loss);
        }
        return sum;
    }

    /// <summary>The 32 random bits of a pair.</summary>
    readonly ulong Bits(int anchor, int positive) => Philox.Block(
        settings.Seed, Streams.Mining + settings.Draw, (ulong)anchor << 32 | (uint)positive).Item1;

    double Hardest(in AnchorRow<V> row, int anchor, ReadOnlySpan<int> members)
    {
        int bucket = row.NearestBucket();
        int positive = -1, negative = row.K == 0 ? -1 : row.BucketRow[bucket];
        float loss = 0;
        if (negative >= 0)
        {
            int place = int.MaxValue;
            // NaN is equal to itself here.
            for (int j = row.K - 1; j >= 0 && row.S[j].Equals(row.S[row.K - 1]); j--)
                place = Math.Min(place, row.Place[j]);
            positive = Positive(members, anchor, place);
            loss = Math.Max(0, row.Shifted[row.K - 1] - row.BucketDistance[bucket]);
            Tally.Anchors++;
        }
        WriteRow(anchor, anchor, positive, negative, loss);
        return loss;
    }

    double Easiest(in AnchorRow<V> row, int anchor, ReadOnlySpan<int> members)
    {
        int positive = -1, negative = -1;
        float loss = 0;
        if (row.K > 0 && row.FarthestDistance >= 0)
        {
            int place = row.Place[0];
            for (int j = 1; j < row.K && row.S[j] == row.S[0]; j++) place = Math.Min(place, row.Place[j]);
            positive = Positive(members, anchor, place);
            // Bucket 0 holds what is not farther than the nearest positive.
            int bucket = row.NearestBucket(settings.Rule == MiningRule.EasyPositive ? 1 : 0);
            negative = row.BucketRow[bucket];
            if (negative >= 0) loss = Math.Max(0, row.Shifted[0] - row.BucketDistance[bucket]);
            Tally.Anchors++;
        }
        WriteRow(anchor, anchor, positive, negative, loss);
        return loss;
    }

    /// <summary>
    /// Each negative has a loss with a run of the sorted positives: all those for which it is not easy, of them those
    /// before its bucket (semi-hard) or from it on (hard).
    /// </summary>
    double All(in AnchorRow<V> row, int anchor, ReadOnlySpan<int> members, int firstPair)
    {
        int k = row.K;
        row.ShiftedSums[0] = 0;
        for (int j = 0; j < k; j++) row.ShiftedSums[j + 1] = row.ShiftedSums[j] + row.Shifted[j];
        for (int j = 0; j <= k; j++) row.Runs[j] = 0;
        double sum = 0;
        for (int i = 0; i < row.N; i++)
        {
            int from = row.EasyFor[i], to = k;
            if (settings.Rule == MiningRule.AllSemihard) to = row.Nearer[i];
            if (settings.Rule == MiningRule.AllHard) from = Math.Max(from, row.Nearer[i]);
            if (from >= to) continue;
            sum += row.ShiftedSums[to] - row.ShiftedSums[from] - (double)(to - from) * row.X[i];
            Tally.Active += to - from;
            row.Runs[from]++;
            row.Runs[to]--;
        }
        for (int j = 0, run = 0; j < k; j++) WriteCount(row, j, anchor, members, firstPair, run += row.Runs[j]);
        return sum;
    }

    /// <summary>
    /// The negatives of a wide angle at each positive (<see cref="AngularTriplets"/>): those that may have one are
    /// looked for a panel at a time, and only for panels that hold one the positive's distances are computed.
    /// </summary>
    double Angular(in AnchorRow<V> row, int anchor, ReadOnlySpan<int> members, int firstPair)
    {
        bool isSquared = settings.Distance == TripletDistance.Squared;
        float factor = AngularTriplets.Factor(settings.Angle);
        int width = DistanceStrips<V>.PanelWidth;
        float* others = stackalloc float[width];
        double sum = 0;
        for (int j = 0; j < row.K; j++)
        {
            float positive = row.S[j], across = isSquared ? positive : positive * positive;
            float* embedding = rows + (long)Positive(members, anchor, row.Place[j]) * dimension;
            int count = 0;
            for (int first = 0; first < row.Padded; first += width)
            {
                float* x = row.X + first;
                uint possible = Possible(x, row.Shifted[j], across, factor, isSquared)
                    | Possible(x + V.Count, row.Shifted[j], across, factor, isSquared) << V.Count;
                if (possible == 0) continue;
                DistanceStrips<V>.One(embedding, dimension, packed + (long)first * dimension, others);
                for (; possible != 0; possible &= possible - 1)
                {
                    int i = BitOperations.TrailingZeroCount(possible);
                    float near = isSquared ? x[i] : x[i] * x[i];
                    if (!(across > factor * (near + others[i]))) continue;
                    count++;
                    sum += (double)row.Shifted[j] - x[i];
                }
            }
            Tally.Active += count;
            WriteCount(row, j, anchor, members, firstPair, count);
        }
        return sum;
    }

    /// <summary>The lanes of a loss whose angle would be wide if the positive were at the negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint Possible(float* x, float shifted, float across, float factor, bool isSquared)
    {
        V negative = V.Load(x), near = isSquared ? negative : negative * negative;
        return V.GreaterBits(V.Create(shifted), negative) & V.GreaterBits(V.Create(across), V.Create(factor) * near);
    }

    readonly void WriteCount(
        in AnchorRow<V> row, int j, int anchor, ReadOnlySpan<int> members, int firstPair, int count)
    {
        int place = row.Place[j];
        int* triplet = triplets + 3L * (firstPair + place);
        (triplet[0], triplet[1], triplet[2]) = (anchor, Positive(members, anchor, place), count);
        losses[firstPair + place] = row.S[j];
    }

    double Write(
        in AnchorRow<V> row, int j, int anchor, ReadOnlySpan<int> members, int firstPair, int negative, float loss)
    {
        int place = row.Place[j];
        return WriteRow(firstPair + place, anchor, Positive(members, anchor, place), negative, Math.Max(0, loss));
    }

    double WriteRow(int index, int anchor, int positive, int negative, float loss)
    {
        int* triplet = triplets + 3L * index;
        (triplet[0], triplet[1], triplet[2]) = (anchor, positive, negative);
        losses[index] = loss;
        if (loss > 0) Tally.Active++;
        return loss;
    }

    /// <summary>The row of an anchor's positive number <paramref name="place"/>: its class without itself.</summary>
    static int Positive(ReadOnlySpan<int> members, int anchor, int place) =>
        members[place] < anchor ? members[place] : members[place + 1];
}
