using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>
/// Mines a batch: threads take strips of anchors, compute their distances and choose from each row. Losses are summed
/// in the order of anchors, so that the result is the same for any number of threads.
/// </summary>
static unsafe class TripletMiner<V> where V : struct, IDistanceVector<V>
{
    /// <summary>See <see cref="IMetricLearning.MineTriplets"/>; for the rules that read labels.</summary>
    public static TripletStatistics Mine(
        CpuBackend cpu, Tensor embeddings, ClassGroups groups, TripletSettings settings, TripletTable table,
        out double sum)
    {
        WorkerPool workers = cpu.Workers;
        Workspace workspace = cpu.Workspace.Begin();
        int n = embeddings.Shape[0], d = embeddings.Shape[1], padded = DistanceStrips<V>.Padded(n);
        int panelCount = padded / DistanceStrips<V>.PanelWidth, most = Math.Max(0, groups.LargestClass - 1);
        AnchorRange own = settings.AnchorsOf(n);
        int stripRows = DistanceStrips<V>.Rows, strips = (own.Count + stripRows - 1) / stripRows;
        float* rows = embeddings.Floats();
        int* triplets = table.Triplets.Ints();
        float* pairLosses = table.Losses.Floats();
        float* packed = workspace.Take((long)padded * d);
        long perThread = (long)stripRows * padded + (AnchorRow<V>.ScratchFloats(padded, most) + 15) / 16 * 16;
        float* scratch = workspace.Take(perThread * workers.Threads);
        double* anchorLosses = (double*)workspace.Take(2L * n);
        MiningTally[] tallies = new MiningTally[workers.Threads];
        int next = 0;
        workers.For(panelCount, atLeast: 2, (from, to) => DistanceStrips<V>.Pack(rows, n, d, packed, from, to));
        workers.Run(thread =>
        {
            float* strip = scratch + perThread * thread;
            AnchorRow<V> row = AnchorRow<V>.At(strip + (long)stripRows * padded, n, padded, most);
            TripletChoice<V> choice = new(settings, rows, packed, d, triplets, pairLosses);
            for (int s; (s = Interlocked.Increment(ref next) - 1) < strips;)
            {
                int first = own.First + s * stripRows, count = Math.Min(stripRows, own.End - first);
                DistanceStrips<V>.Compute(rows + (long)first * d, count, d, packed, panelCount, strip, padded);
                for (int r = 0; r < count; r++)
                {
                    int anchor = first + r;
                    float* x = strip + (long)r * padded;
                    // A row that is not finite is not 0 apart from itself.
                    if (!(x[anchor] == 0)) choice.Tally.NonFiniteRow = Math.Min(choice.Tally.NonFiniteRow, anchor);
                    if (settings.Distance == TripletDistance.L2) DistanceStrips<V>.Sqrt(x, padded);
                    ReadOnlySpan<int> members = groups.Members(anchor);
                    row.Prepare(x, anchor, members, settings.Margin);
                    anchorLosses[anchor] = choice.Choose(row, anchor, members, groups.FirstPair(anchor));
                }
            }
            tallies[thread] = choice.Tally;
        });
        sum = 0;
        for (int i = own.First; i < own.End; i++) sum += anchorLosses[i];
        if (own.Count < n) LeaveOut(own, groups, settings, triplets, pairLosses);
        MiningTally all = MiningTally.Empty;
        foreach (MiningTally tally in tallies) all.Add(tally);
        long pairs = own.Count == n ? groups.Pairs : 0;
        for (int i = own.First; i < own.End && own.Count < n; i++) pairs += groups.Members(i).Length - 1;
        return Statistics(all, pairs, settings);
    }

    /// <summary>
    /// The rows of anchors that do not count: without a loss, and for the rules that take every triplet with a positive
    /// so near that no negative is too.
    /// </summary>
    static void LeaveOut(AnchorRange own, ClassGroups groups, TripletSettings settings, int* triplets, float* losses)
    {
        bool isOneAnAnchor = settings.TakesOneAnAnchor;
        for (int anchor = 0; anchor < groups.Rows; anchor++)
        {
            if (own.Contains(anchor)) continue;
            int from = isOneAnAnchor ? anchor : groups.FirstPair(anchor);
            int to = isOneAnAnchor ? anchor + 1 : groups.FirstPair(anchor + 1);
            for (int t = from; t < to; t++)
            {
                int* triplet = triplets + 3L * t;
                (triplet[0], triplet[1], triplet[2]) = (anchor, -1, settings.TakesEveryTriplet ? 0 : -1);
                losses[t] = settings.TakesEveryTriplet ? float.NegativeInfinity : 0;
            }
        }
    }

    static TripletStatistics Statistics(MiningTally all, long pairs, TripletSettings settings)
    {
        long divisor = settings.EffectiveReduction switch
        {
            TripletReduction.Sum => 1,
            TripletReduction.Active => all.Active,
            _ when settings.TakesOneAnAnchor => all.Anchors,
            _ when settings.TakesEveryTriplet => all.Triplets,
            _ => pairs,
        };
        int nonFinite = all.NonFiniteRow == int.MaxValue ? -1 : all.NonFiniteRow;
        return new TripletStatistics(pairs, all.Active, all.Hard, all.SemiHard, all.Triplets - all.Hard - all.SemiHard,
            all.Fallback, divisor, nonFinite, all.LargestDistance);
    }
}
