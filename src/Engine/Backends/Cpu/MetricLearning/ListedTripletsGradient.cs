using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>
/// The gradient of triplets that stand in the table. An index tells for each row the active triplets in which it is the
/// positive or the negative (as anchor they are consecutive); each row then gathers its own sum in the table's order,
/// so that the result is the same for any number of threads.
/// </summary>
static unsafe class ListedTripletsGradient<V> where V : struct, ICpuVector<V>
{
    /// <summary>See <see cref="IMetricLearning.TripletGradient"/>; <paramref name="scale"/> is dy / divisor.</summary>
    public static void Compute(
        CpuBackend cpu, Tensor embeddings, TripletSettings settings, TripletTable table, float scale, Gradient dx)
    {
        int n = embeddings.Shape[0], d = embeddings.Shape[1], count = table.Triplets.Shape[0];
        int* triplets = table.Triplets.Ints();
        float* losses = table.Losses.Floats(), rows = embeddings.Floats(), target = dx.Target!.Floats();
        WorkerPool workers = cpu.Workers;
        Workspace workspace = cpu.Workspace.Begin();
        int* byAnchor = (int*)workspace.Take(2L * (n + 1) + 2L * count);
        int* byOther = byAnchor + n + 1, entries = byOther + n + 1;
        BuildIndex(triplets, losses, count, n, byAnchor, byOther, entries);
        bool isSquared = settings.Distance == TripletDistance.Squared, accumulate = dx.Accumulate;
        float scaled = isSquared ? 2 * scale : scale;
        long perThread = (DifferenceSum<V>.ScratchFloats(d) + 15) / 16 * 16;
        float* scratch = workspace.Take(perThread * workers.Threads);
        int next = 0;
        const int Chunk = 16;
        workers.Run(thread =>
        {
            DifferenceSum<V> sum = DifferenceSum<V>.At(scratch + perThread * thread, rows, d);
            for (int first; (first = Chunk * (Interlocked.Increment(ref next) - 1)) < n;)
                for (int i = first; i < Math.Min(first + Chunk, n); i++)
                {
                    sum.Begin(i);
                    for (int t = byAnchor[i]; t < byAnchor[i + 1]; t++)
                    {
                        if (!(losses[t] > 0)) continue;
                        Add(ref sum, triplets[3L * t + 1], 1, isSquared);
                        Add(ref sum, triplets[3L * t + 2], -1, isSquared);
                    }
                    for (int e = byOther[i]; e < byOther[i + 1]; e++)
                    {
                        int* triplet = triplets + 3L * entries[e];
                        Add(ref sum, triplet[0], triplet[1] == i ? 1 : -1, isSquared);
                    }
                    sum.End(target + (long)i * d, scaled, accumulate);
                }
        });
    }

    static void Add(ref DifferenceSum<V> sum, int other, float weight, bool isSquared)
    {
        if (other < 0) return; // an anchor without any negative
        if (isSquared) sum.Add(other, weight);
        else sum.AddUnit(other, weight);
    }

    /// <summary>
    /// A counting sort. Row i is the anchor of triplets byAnchor[i] .. byAnchor[i + 1] - 1, and positive or negative of
    /// the active ones entries[byOther[i]] .. entries[byOther[i + 1] - 1].
    /// </summary>
    static void BuildIndex(int* triplets, float* losses, int count, int n, int* byAnchor, int* byOther, int* entries)
    {
        new Span<int>(byAnchor, n + 1).Clear();
        new Span<int>(byOther, n + 1).Clear();
        for (int t = 0; t < count; t++)
        {
            int* triplet = triplets + 3L * t;
            byAnchor[triplet[0] + 1]++;
            if (!(losses[t] > 0)) continue;
            byOther[triplet[1] + 1]++;
            if (triplet[2] >= 0) byOther[triplet[2] + 1]++;
        }
        for (int i = 0; i < n; i++)
        {
            byAnchor[i + 1] += byAnchor[i];
            byOther[i + 1] += byOther[i];
        }
        for (int t = 0; t < count; t++)
        {
            if (!(losses[t] > 0)) continue;
            int* triplet = triplets + 3L * t;
            entries[byOther[triplet[1]]++] = t;
            if (triplet[2] >= 0) entries[byOther[triplet[2]]++] = t;
        }
        // Filling moved each start to its end, which is the next row's start.
        for (int i = n; i > 0; i--) byOther[i] = byOther[i - 1];
        byOther[0] = 0;
    }
}
