namespace TripletGpu.MetricLearning;

/// <summary>What the mining of one batch found.</summary>
/// <param name="Pairs">Ordered anchor-positive pairs (explicit: triplets).</param>
/// <param name="Active">Triplets of the rule with a loss above 0.</param>
/// <param name="Hard">Of all triplets those with d(a,n) &lt;= d(a,p).</param>
/// <param name="SemiHard">Of all triplets those with d(a,p) &lt; d(a,n) &lt; d(a,p) + margin.</param>
/// <param name="Easy">The other triplets.</param>
/// <param name="Fallback">Pairs that took the rule's fallback.</param>
/// <param name="Divisor">What the sum of losses was divided by; 0 where there was nothing to divide.</param>
/// <param name="NonFiniteRow">The first embedding that holds NaN or infinity, or -1. The loss is then NaN.</param>
/// <param name="LargestDistance">The largest anchor-positive or anchor-negative distance.</param>
public sealed record TripletStatistics(
    long Pairs, long Active, long Hard, long SemiHard, long Easy, long Fallback, long Divisor, int NonFiniteRow,
    float LargestDistance)
{
    /// <summary>The Int32 values of the tensor that <see cref="Decode"/> reads.</summary>
    internal const int EncodedLength = 16;

    // Embeddings this much closer together than the margin are as good as one point.
    const float CollapsedShareOfMargin = 1e-3f;

    /// <summary>Why there is nothing to learn from this batch, and what to do; null where there is.</summary>
    /// <param name="settings">The settings that the batch was mined with.</param>
    public string? Reason(TripletSettings settings)
    {
        if (NonFiniteRow >= 0) return $"embedding {NonFiniteRow} holds NaN or infinity";
        if (Pairs == 0)
            return "no positives: no two rows have the same label; take at least two samples a class (balanced"
                + " sampler)";
        if (Hard + SemiHard + Easy == 0)
            return "no negatives: all rows have the same label; take at least two classes a batch";
        if (LargestDistance <= settings.Margin * CollapsedShareOfMargin)
            return "collapsed: all embeddings are the same point; lower the learning rate or warm it up";
        if (Active > 0) return null;
        return Hard + SemiHard == 0
            ? "all easy: every negative is farther than its positive by the margin; nothing is left to learn"
            : $"no triplet of the rule has a loss: of all triplets {Hard} are hard, {SemiHard} semi-hard, {Easy} easy";
    }

    internal static TripletStatistics Decode(ReadOnlySpan<int> encoded)
    {
        ReadOnlySpan<long> counts = System.Runtime.InteropServices.MemoryMarshal.Cast<int, long>(encoded);
        return new TripletStatistics(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], counts[6],
            encoded[14], BitConverter.Int32BitsToSingle(encoded[15]));
    }

    internal void Encode(Span<int> encoded)
    {
        Span<long> counts = System.Runtime.InteropServices.MemoryMarshal.Cast<int, long>(encoded);
        (counts[0], counts[1], counts[2], counts[3]) = (Pairs, Active, Hard, SemiHard);
        (counts[4], counts[5], counts[6]) = (Easy, Fallback, Divisor);
        (encoded[14], encoded[15]) = (NonFiniteRow, BitConverter.SingleToInt32Bits(LargestDistance));
    }
}
