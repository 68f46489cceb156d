using TripletGpu.Autograd;
using TripletGpu.Collectives;
using TripletGpu.Kernels.MetricLearning;

namespace TripletGpu.MetricLearning;

/// <summary>
/// The triplet loss of a batch that several ranks have between them, the same as if one had it all: L = (1/N) * the sum
/// of the losses of all triplets that count, N counted over all ranks. Each rank mines its own rows as anchors, against
/// the rows of everybody; sums and counts are added in the order of ranks. docs/machines.md has the derivation.
/// </summary>
public sealed class GlobalTripletLoss
{
    const int Counts = 8;

    readonly Tensor part;

    GlobalTripletLoss(Tensor part, float value, TripletStatistics statistics) =>
        (this.part, Value, Statistics) = (part, value, statistics);

    /// <summary>The loss, the same on every rank.</summary>
    public float Value { get; }

    /// <summary>What the mining of the whole batch found.</summary>
    public TripletStatistics Statistics { get; }

    /// <summary>Mines this rank's anchors and adds up with the others.</summary>
    /// <param name="all">(N, D), the embeddings of all rows, the same on every rank.</param>
    /// <param name="labels">The class of each of them; not read by <see cref="MiningRule.Explicit"/>.</param>
    /// <param name="settings">Rule, margin, distance, reduction.</param>
    /// <param name="share">Whose rows are whose.</param>
    public static GlobalTripletLoss Of(
        Tensor all, ReadOnlySpan<int> labels, TripletSettings settings, BatchShare share)
    {
        ICollective ranks = share.Collective;
        // Triplets that are given are dealt out as such: rows of one kind lie together.
        int anchors = settings.Rule == MiningRule.Explicit ? all.Shape[0] / 3 : all.Shape[0];
        int first = Shares.First(anchors, ranks.Rank, ranks.Size);
        AnchorRange own = new(first, Shares.First(anchors, ranks.Rank + 1, ranks.Size) - first);
        Tensor part = all.TripletLoss(
            labels, settings with { Reduction = TripletReduction.Sum, Anchors = own }, out TripletTable mined);
        double[] sums = new double[ranks.Size];
        ranks.AllGather([part.ToScalar()], sums.AsSpan(), Ones(ranks.Size));
        TripletStatistics statistics = Add(mined.ReadStatistics(), ranks);
        statistics = statistics with { Divisor = Divisor(settings, statistics, labels) };
        double sum = 0;
        foreach (double value in sums) sum += value;
        float loss = statistics.NonFiniteRow >= 0 ? float.NaN
            : statistics.Divisor > 0 ? (float)(sum / statistics.Divisor) : 0;
        return new GlobalTripletLoss(part, loss, statistics);
    }

    /// <summary>
    /// Adds this rank's part of the gradient of all rows to the step's gradients; <see
    /// cref="BatchShare.ReduceScatter"/> makes that of its own rows of it.
    /// </summary>
    public void Backward(Step step)
    {
        float scale = Statistics.Divisor > 0 ? (float)(1.0 / Statistics.Divisor) : 0;
        step.Backward(part, part.Device.Tensor(Shape.Scalar, [scale]));
    }

    static int[] Ones(int size)
    {
        int[] ones = new int[size];
        Array.Fill(ones, 1);
        return ones;
    }

    static TripletStatistics Add(TripletStatistics own, ICollective ranks)
    {
        long[] mine =
        [
            own.Pairs, own.Active, own.Hard, own.SemiHard, own.Easy, own.Fallback, own.NonFiniteRow,
            BitConverter.SingleToInt32Bits(own.LargestDistance),
        ];
        long[] all = new long[Counts * ranks.Size];
        int[] counts = new int[ranks.Size];
        Array.Fill(counts, Counts);
        ranks.AllGather(mine, all.AsSpan(), counts);
        TripletStatistics sum = new(0, 0, 0, 0, 0, 0, 0, -1, 0);
        for (int rank = 0; rank < ranks.Size; rank++)
        {
            ReadOnlySpan<long> its = all.AsSpan(rank * Counts, Counts);
            sum = new TripletStatistics(
                sum.Pairs + its[0], sum.Active + its[1], sum.Hard + its[2], sum.SemiHard + its[3], sum.Easy + its[4],
                sum.Fallback + its[5], 0,
                its[6] < 0 ? sum.NonFiniteRow
                    : sum.NonFiniteRow < 0 ? (int)its[6] : Math.Min(sum.NonFiniteRow, (int)its[6]),
                Math.Max(sum.LargestDistance, BitConverter.Int32BitsToSingle((int)its[7])));
        }
        return sum;
    }

    static long Divisor(TripletSettings settings, TripletStatistics all, ReadOnlySpan<int> labels) =>
        settings.EffectiveReduction switch
        {
            TripletReduction.Sum => 1,
            TripletReduction.Active => all.Active,
            _ when settings.TakesOneAnAnchor => AnchorsWithBoth(labels),
            _ when settings.TakesEveryTriplet => all.Hard + all.SemiHard + all.Easy,
            _ => all.Pairs,
        };

    /// <summary>The anchors that can have a triplet: those with a positive and a negative.</summary>
    static long AnchorsWithBoth(ReadOnlySpan<int> labels)
    {
        Dictionary<int, int> sizes = [];
        foreach (int label in labels) sizes[label] = sizes.GetValueOrDefault(label) + 1;
        return sizes.Count < 2 ? 0 : sizes.Values.Where(size => size > 1).Sum(size => (long)size);
    }
}
