using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>
/// Triplets that the caller has lined up: rows 0 .. m-1 anchors, then their positives, then their negatives.
/// </summary>
static unsafe class ExplicitTriplets<V> where V : struct, ICpuVector<V>
{
    /// <summary>See <see cref="IMetricLearning.MineTriplets"/>.</summary>
    public static TripletStatistics Mine(
        Tensor embeddings, TripletSettings settings, TripletTable table, out double sum)
    {
        int m = embeddings.Shape[0] / 3, d = embeddings.Shape[1];
        float* rows = embeddings.Floats();
        int* triplets = table.Triplets.Ints();
        float* losses = table.Losses.Floats();
        sum = 0;
        long active = 0, hard = 0, semiHard = 0;
        float largest = 0;
        int nonFinite = int.MaxValue;
        AnchorRange own = settings.AnchorsOf(m);
        for (int i = 0; i < m; i++)
        {
            (triplets[3 * i], triplets[3 * i + 1], triplets[3 * i + 2]) = (i, m + i, 2 * m + i);
            losses[i] = 0;
            if (!own.Contains(i)) continue;
            float* anchor = rows + (long)i * d;
            float positive = RowDistance<V>.Squared(anchor, anchor + (long)m * d, d);
            float negative = RowDistance<V>.Squared(anchor, anchor + 2L * m * d, d);
            for (int branch = 0; branch < 3 && !(float.IsFinite(positive) && float.IsFinite(negative)); branch++)
            {
                float* row = anchor + (long)branch * m * d;
                if (!(RowDistance<V>.Squared(row, row, d) == 0)) nonFinite = Math.Min(nonFinite, branch * m + i);
            }
            if (settings.Distance == TripletDistance.L2)
                (positive, negative) = (MathF.Sqrt(positive), MathF.Sqrt(negative));
            float shifted = positive + settings.Margin, loss = Math.Max(0, shifted - negative);
            losses[i] = loss;
            sum += loss;
            active += loss > 0 ? 1 : 0;
            if (negative <= positive) hard++;
            else if (negative < shifted) semiHard++;
            largest = Math.Max(largest, Math.Max(positive, negative));
        }
        long divisor = settings.EffectiveReduction switch
        {
            TripletReduction.Sum => 1,
            TripletReduction.Active => active,
            _ => own.Count,
        };
        return new TripletStatistics(
            own.Count, active, hard, semiHard, own.Count - hard - semiHard, 0, divisor,
            nonFinite == int.MaxValue ? -1 : nonFinite, largest);
    }
}
