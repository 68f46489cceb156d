using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// A negative for each positive by <see cref="DistanceWeight"/>: weights are summed, a number below the sum is drawn
/// for each positive, and the negatives stream by once more until the weights so far exceed it. Whole numbers.
/// </summary>
static class WeightedNegatives
{
    /// <summary>
    /// <see cref="DistanceWeight.Exponent"/> of the nearest negative, from the filled buckets. Ends with a barrier.
    /// </summary>
    public static float Most<TShape>(ArrayView<uint> slots, int stride, int k, MiningDims dims, ArrayView<int> firsts)
        where TShape : struct, IRowShape
    {
        TripletChoices.FindFirsts<TShape>(slots, stride, k, 0, firsts);
        int bucket = -1;
        for (int item = 0; item < TShape.GroupX && bucket < 0; item++)
            bucket = firsts[item];
        float nearest = bucket >= 0 ? Interop.IntAsFloat(slots[2 * stride + bucket]) : float.PositiveInfinity;
        RowBarrier.Wait<TShape>();    // the buckets make room
        return DistanceWeight.Exponent(Squared(nearest, dims), dims.D);
    }

    /// <summary>The sum of the weights of all negatives. Ends with a barrier.</summary>
    public static long Sum<TShape>(
        int anchor, int k, float most, ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes,
        MiningDims dims, ArrayView<float> tileDistances, ArrayView<long> itemSums) where TShape : struct, IRowShape
    {
        int columns = TShape.Columns, own = Group.IdxX * TShape.Columns, end = k > 0 ? dims.N : 0;
        long sum = 0;
        for (int tile = 0; tile < end; tile += TShape.GroupX * TShape.Columns)
        {
            NegativeStream.Share<TShape>(anchor, tile + own, embeddings, packed, classes, dims, tileDistances);
            for (int c = 0; c < columns; c++)
                sum += DistanceWeight.Of(Squared(tileDistances[own + c], dims), dims.D, most);
        }
        itemSums[Group.IdxX] = sum;
        RowBarrier.Wait<TShape>();
        for (int half = TShape.GroupX / 2; half > 0; half /= 2)
        {
            if (Group.IdxX < half) itemSums[Group.IdxX] += itemSums[Group.IdxX + half];
            RowBarrier.Wait<TShape>();
        }
        long total = itemSums[0];
        RowBarrier.Wait<TShape>();    // what has been read makes room
        return total;
    }

    /// <summary>Draws for each positive and writes its triplet.</summary>
    public static void Draw<TShape>(
        int anchor, int k, float most, long total, ArrayView<float> embeddings, ArrayView<float> packed,
        ArrayView<int> classes, MiningDims dims, ArrayView<uint> slots, int stride, ArrayView<float> tileDistances,
        ArrayView<uint> tileWeights, ArrayView<int> triplets, ArrayView<float> losses, ref AnchorTally tally)
        where TShape : struct, IRowShape
    {
        for (int j = Group.IdxX; j < k; j += TShape.GroupX)
            Begin(anchor, j, most, total, classes, dims, slots, stride, triplets, losses, ref tally);
        int width = TShape.GroupX * TShape.Columns, columns = TShape.Columns, own = Group.IdxX * TShape.Columns;
        int end = k > 0 && total > 0 ? dims.N : 0;
        for (int tile = 0; tile < end; tile += width)
        {
            NegativeStream.Share<TShape>(anchor, tile + own, embeddings, packed, classes, dims, tileDistances);
            for (int c = 0; c < columns; c++)
                tileWeights[own + c] = DistanceWeight.Of(Squared(tileDistances[own + c], dims), dims.D, most);
            RowBarrier.Wait<TShape>();
            for (int j = Group.IdxX; j < k; j += TShape.GroupX)
            {
                if (slots[3 * stride + j] == NegativeStream.NoRow) continue;
                ulong rest = (ulong)slots[3 * stride + j] << 32 | slots[2 * stride + j];
                int column = 0;
                while (column < width && rest >= tileWeights[column])
                {
                    rest -= tileWeights[column];
                    column++;
                }
                slots[2 * stride + j] = (uint)(rest & 0xFFFFFFFFul);
                slots[3 * stride + j] = (uint)(rest >> 32);
                if (column == width) continue;
                float loss = Interop.IntAsFloat(slots[j]) + dims.Margin - tileDistances[column];
                TripletChoices.WritePair(anchor, (int)slots[stride + j], tile + column, loss, classes, dims, triplets,
                    losses, ref tally);
                slots[3 * stride + j] = NegativeStream.NoRow;
            }
            RowBarrier.Wait<TShape>();    // the next tile goes to the same place
        }
    }

    /// <summary>
    /// Draws a number below the sum, in the positive's two rear slots; without any negative its triplet has none.
    /// </summary>
    static void Begin(
        int anchor, int j, float most, long total, ArrayView<int> classes, MiningDims dims, ArrayView<uint> slots,
        int stride, ArrayView<int> triplets, ArrayView<float> losses, ref AnchorTally tally)
    {
        int place = (int)slots[stride + j], positive = ClassIndex.Positive(classes, dims.N, anchor, place);
        ulong bits = PhiloxBlock.Word(
            0, (uint)positive, (uint)anchor, dims.StreamLow, dims.StreamHigh, dims.SeedLow, dims.SeedHigh);
        ulong drawn = DistanceWeight.Draw(bits, (ulong)total);
        slots[2 * stride + j] = (uint)(drawn & 0xFFFFFFFFul);
        slots[3 * stride + j] = (uint)(drawn >> 32);
        if (total == 0) TripletChoices.WritePair(anchor, place, -1, 0f, classes, dims, triplets, losses, ref tally);
        else if (most == float.NegativeInfinity) tally.Special++;
    }

    static float Squared(float distance, MiningDims dims) => dims.IsSquared != 0 ? distance : distance * distance;
}
