using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>
/// What a rule takes from one prepared <see cref="AnchorRow{V}"/>: rows of the table, the loss, the counts.
/// </summary>
unsafe struct TripletChoice<V>(TripletSettings settings, int* triplets, float* losses)
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
            MiningRule.Semihard or MiningRule.Facenet => Nearest(row, anchor, members, firstPair),
            MiningRule.RandomSemihard => Random(row, anchor, members, firstPair),
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
                (uint bits, _, _, _) = Philox.Block(
                    settings.Seed, Streams.Mining + settings.Draw, (ulong)anchor << 32 | (uint)positive);
                negative = row.SelectBetween(s, shifted, (int)((ulong)bits * (uint)count >> 32));
                loss = shifted - row.X[negative];
            }
            sum += Write(row, j, anchor, members, firstPair, negative, loss);
        }
        return sum;
    }

    double Hardest(in AnchorRow<V> row, int anchor, ReadOnlySpan<int> members)
    {
        int bucket = 0;
        while (bucket < row.K && row.BucketRow[bucket] < 0) bucket++;
        int positive = -1, negative = row.K == 0 ? -1 : row.BucketRow[bucket];
        float loss = 0;
        if (negative >= 0)
        {
            int place = int.MaxValue;
            for (int j = row.K - 1; j >= 0 && row.S[j] == row.S[row.K - 1]; j--) place = Math.Min(place, row.Place[j]);
            positive = Positive(members, anchor, place);
            loss = Math.Max(0, row.Shifted[row.K - 1] - row.BucketDistance[bucket]);
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
        for (int j = 0, run = 0; j < k; j++)
        {
            run += row.Runs[j];
            int place = row.Place[j];
            int* triplet = triplets + 3L * (firstPair + place);
            (triplet[0], triplet[1], triplet[2]) = (anchor, Positive(members, anchor, place), run);
            losses[firstPair + place] = row.S[j];
        }
        return sum;
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
