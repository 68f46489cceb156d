using System.Numerics;
using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>
/// The gradient of the rules that take every triplet. Row i computes its distances once more; the weight of a row
/// of its class is the number of the two ordered pairs' active triplets, that of another row the number of i's and
/// of its own positives' distances that form an active triplet with the distance between the two. O(N) memory
/// besides the table.
/// </summary>
static unsafe class AllTripletsGradient<V> where V : struct, IDistanceVector<V>
{
    /// <summary>See <see cref="IMetricLearning.TripletGradient"/>; <paramref name="scale"/> is dy / divisor.</summary>
    public static void Compute(
        CpuBackend cpu, Tensor embeddings, ClassGroups groups, TripletSettings settings, TripletTable table,
        float scale,
        Gradient dx)
    {
        int n = embeddings.Shape[0], d = embeddings.Shape[1], padded = DistanceStrips<V>.Padded(n);
        int panelCount = padded / DistanceStrips<V>.PanelWidth, stripRows = DistanceStrips<V>.Rows;
        int stripCount = (n + stripRows - 1) / stripRows;
        WorkerPool workers = cpu.Workers;
        Workspace workspace = cpu.Workspace.Begin();
        float* rows = embeddings.Floats(), target = dx.Target!.Floats(), packed = workspace.Take((long)padded * d);
        long perThread = (long)stripRows * padded + (DifferenceSum<V>.ScratchFloats(d) + 15) / 16 * 16;
        float* scratch = workspace.Take(perThread * workers.Threads);
        bool isSquared = settings.Distance == TripletDistance.Squared, accumulate = dx.Accumulate;
        Weights weights = new(groups, settings, table, rows, d);
        float scaled = isSquared ? 2 * scale : scale;
        int next = 0;
        workers.For(panelCount, atLeast: 2, (from, to) => DistanceStrips<V>.Pack(rows, n, d, packed, from, to));
        workers.Run(thread =>
        {
            float* strip = scratch + perThread * thread;
            DifferenceSum<V> sum = DifferenceSum<V>.At(strip + (long)stripRows * padded, rows, d);
            for (int s; (s = Interlocked.Increment(ref next) - 1) < stripCount;)
            {
                int first = s * stripRows, count = Math.Min(stripRows, n - first);
                DistanceStrips<V>.Compute(rows + (long)first * d, count, d, packed, panelCount, strip, padded);
                for (int i = first; i < first + count; i++)
                {
                    float* x = strip + (long)(i - first) * padded;
                    if (!isSquared) DistanceStrips<V>.Sqrt(x, padded);
                    sum.Begin(i);
                    for (int j = 0; j < n; j++)
                    {
                        int weight = weights.Of(i, j, x[j]);
                        if (weight == 0) continue;
                        if (isSquared) sum.Add(j, weight);
                        else if (x[j] > 0) sum.Add(j, weight / x[j]);
                    }
                    sum.End(target + (long)i * d, scaled, accumulate);
                }
            }
        });
    }

    /// <summary>The weights of pairs of rows, from the table: counts of pairs, distances of positives.</summary>
    readonly struct Weights(
        ClassGroups groups, TripletSettings settings, TripletTable table, float* rows, int d)
    {
        readonly int* triplets = table.Triplets.Ints();
        readonly float* distances = table.Losses.Floats();
        readonly MiningRule rule = settings.Rule;
        readonly float margin = settings.Margin, angle = AngularTriplets.Factor(settings.Angle);
        readonly bool isSquared = settings.Distance == TripletDistance.Squared;

        public int Of(int i, int j, float x)
        {
            if (i == j) return 0;
            if (groups.AreSameClass(i, j))
                return triplets[3L * groups.Pair(i, j) + 2] + triplets[3L * groups.Pair(j, i) + 2];
            return rule == MiningRule.Angular
                ? -WidePositives(i, j, x) - WidePositives(j, i, x)
                : -ActivePositives(i, x) - ActivePositives(j, x);
        }

        /// <summary>
        /// How many of an anchor's positives form an active triplet of a wide angle with a negative at distance x.
        /// </summary>
        int WidePositives(int anchor, int negative, float x)
        {
            int pair = groups.FirstPair(anchor), count = 0;
            float near = isSquared ? x : x * x;
            foreach (int positive in groups.Members(anchor))
            {
                if (positive == anchor) continue;
                float s = distances[pair++], across = isSquared ? s : s * s;
                if (x < s + margin && across > angle * near
                    && across > angle * (near + Squared(positive, negative))) count++;
            }
            return count;
        }

        /// <summary>As it was mined: one chain of multiply-adds.</summary>
        float Squared(int a, int b)
        {
            float* rowA = rows + (long)a * d, rowB = rows + (long)b * d;
            float sum = 0;
            for (int k = 0; k < d; k++)
            {
                float difference = rowA[k] - rowB[k];
                sum = MathF.FusedMultiplyAdd(difference, difference, sum);
            }
            return sum;
        }

        /// <summary>How many of an anchor's positives form an active triplet with a negative at distance x.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        int ActivePositives(int anchor, float x)
        {
            int from = groups.FirstPair(anchor), k = groups.FirstPair(anchor + 1) - from, count = 0;
            float* s = distances + from;
            V negative = V.Create(x), gap = V.Create(margin);
            for (int j = 0; j < k; j += V.Count)
            {
                V positive = V.Load(s + j);
                uint bits = V.GreaterBits(positive + gap, negative);
                uint semiHard = V.GreaterBits(negative, positive);
                if (rule == MiningRule.AllSemihard) bits &= semiHard;
                if (rule == MiningRule.AllHard) bits &= ~semiHard;
                if (k - j < V.Count) bits &= (1u << (k - j)) - 1;
                count += BitOperations.PopCount(bits);
            }
            return count;
        }
    }
}
