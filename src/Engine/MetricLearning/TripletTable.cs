using TripletGpu.Kernels.MetricLearning;

namespace TripletGpu.MetricLearning;

/// <summary>What the mining of a batch leaves on the device.</summary>
/// <param name="Triplets">
/// Int32 (rows, 3): anchor, positive, negative in the order of anchor, then positive; -1 for a negative (or
/// positive) that was not found. For the rules that take every triplet, the third column counts the pair's triplets
/// with a loss above 0.
/// </param>
/// <param name="Losses">
/// Float32 (rows): the loss of each row's triplet before the reduction. For the rules that take every triplet,
/// the pair's distance.
/// </param>
/// <param name="Statistics">Int32: the encoded <see cref="TripletStatistics"/>.</param>
public readonly record struct TripletTable(Tensor Triplets, Tensor Losses, Tensor Statistics)
{
    /// <summary>Waits for the device and reads the counts: one small download.</summary>
    public TripletStatistics ReadStatistics() => TripletStatistics.Decode(Statistics.ToIntArray());

    /// <summary>The counts, for who has read them together with other tensors.</summary>
    public TripletStatistics ReadStatistics(PackedRead read) => TripletStatistics.Decode(read.Ints(Statistics));

    internal static TripletTable From(ReadOnlySpan<Tensor> extras) => new(extras[0], extras[1], extras[2]);

    /// <summary>
    /// How many rows a batch needs: one a row for the rules that take one triplet an anchor, one a triplet for explicit
    /// ones, else one an ordered pair of different rows with the same label.
    /// </summary>
    /// <exception cref="ArgumentException">More pairs than one table can hold (2^31 / 3).</exception>
    public static int RowsFor(TripletSettings settings, ReadOnlySpan<int> labels, int n)
    {
        if (settings.Rule == MiningRule.Explicit) return n / 3;
        if (settings.TakesOneAnAnchor) return n;
        int[] sorted = labels.ToArray();
        Array.Sort(sorted);
        long pairs = 0;
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            for (end = start + 1; end < sorted.Length && sorted[end] == sorted[start];) end++;
            pairs += (long)(end - start) * (end - start - 1);
        }
        return pairs <= int.MaxValue / 3 ? (int)pairs : throw new ArgumentException(
            $"{n} rows form {pairs:N0} positive pairs, more than {int.MaxValue / 3:N0}: take fewer rows of a class");
    }
}
