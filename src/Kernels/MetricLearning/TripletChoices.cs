using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// What a rule takes from an anchor's sorted positives and filled buckets. Each item answers for a run of neighbouring
/// buckets; what lies beyond its run it knows from one number an item in shared memory.
/// </summary>
static class TripletChoices
{
    /// <summary>
    /// What <see cref="NegativeStream.FindNearest"/> answers: a triplet for each positive, or for the anchor.
    /// </summary>
    public static void FromNearest<TShape>(
        int anchor, ArrayView<int> classes, MiningDims dims, ArrayView<uint> slots, int stride, int k,
        float farthest, int farthestRow, ArrayView<int> firsts, ArrayView<int> triplets, ArrayView<float> losses,
        ref AnchorTally tally) where TShape : struct, IRowShape
    {
        // Bucket 0 holds what is not farther than the nearest positive.
        FindFirsts<TShape>(slots, stride, k, dims.Rule == MiningRule.EasyPositive ? 1 : 0, firsts);
        if (!dims.TakesOneAnAnchor)
            Nearest<TShape>(anchor, classes, dims, slots, stride, k, farthest, farthestRow, firsts, triplets, losses,
                ref tally);
        else if (Group.IdxX == 0 && k >= 0)
            OfAnchor<TShape>(
                anchor, classes, dims, slots, stride, k, farthestRow, firsts, triplets, losses, ref tally);
    }

    /// <summary>
    /// For each positive the nearest negative strictly farther: that of the first bucket above its own that is not
    /// empty, because larger buckets hold larger distances.
    /// </summary>
    static void Nearest<TShape>(
        int anchor, ArrayView<int> classes, MiningDims dims, ArrayView<uint> slots, int stride, int k,
        float farthest, int farthestRow, ArrayView<int> firsts, ArrayView<int> triplets, ArrayView<float> losses,
        ref AnchorTally tally) where TShape : struct, IRowShape
    {
        int each = (k + TShape.GroupX) / TShape.GroupX;
        int from = Math.Min(Group.IdxX * each, k + 1), to = Math.Min(from + each, k + 1);
        int next = -1;
        for (int item = Group.IdxX + 1; item < TShape.GroupX && next < 0; item++)
            next = firsts[item];
        for (int b = to - 1; b >= from; b--)
        {
            if (slots[3 * stride + b] != NegativeStream.NoRow) next = b;
            if (b == 0) break;
            // Bucket b is the first one above positive b - 1.
            float distance = next >= 0 ? Interop.IntAsFloat(slots[2 * stride + next]) : float.PositiveInfinity;
            int negative = next >= 0 ? (int)slots[3 * stride + next] : -1;
            float shifted = Interop.IntAsFloat(slots[b - 1]) + dims.Margin, loss = 0f;
            if (dims.Rule == MiningRule.Facenet)
            {
                if (distance < shifted) loss = shifted - distance;
                else negative = -1;
            }
            else if (negative >= 0) loss = shifted - distance;
            else
            {
                // Without any negative the reference's masked maximum finds the anchor's distance to itself, 0.
                negative = farthestRow;
                loss = shifted - (farthestRow >= 0 ? farthest : 0f);
                tally.Special++;
            }
            WritePair(anchor, (int)slots[stride + b - 1], negative, loss, classes, dims, triplets, losses, ref tally);
        }
    }

    /// <summary>
    /// The farthest positive, or the nearest, the lowest of equals; and the negative of the first bucket that counts.
    /// One item.
    /// </summary>
    static void OfAnchor<TShape>(
        int anchor, ArrayView<int> classes, MiningDims dims, ArrayView<uint> slots, int stride, int k, int farthestRow,
        ArrayView<int> firsts, ArrayView<int> triplets, ArrayView<float> losses, ref AnchorTally tally)
        where TShape : struct, IRowShape
    {
        int bucket = -1, positive = -1, negative = -1;
        float loss = 0f;
        for (int item = 0; item < TShape.GroupX && bucket < 0; item++)
            bucket = firsts[item];
        if (k > 0 && farthestRow >= 0)
        {
            int j = dims.Rule == MiningRule.Hard ? k - 1 : 0;
            uint distance = slots[j];
            // Equal ones stand in the order of their places.
            while (j > 0 && slots[Math.Max(j - 1, 0)] == distance) j--;
            positive = ClassIndex.Positive(classes, dims.N, anchor, (int)slots[stride + j]);
            tally.Special = 1;
            if (bucket >= 0)
            {
                negative = (int)slots[3 * stride + bucket];
                loss = Interop.IntAsFloat(distance) + dims.Margin - Interop.IntAsFloat(slots[2 * stride + bucket]);
            }
        }
        WriteRow(anchor, anchor, positive, negative, loss, triplets, losses, ref tally);
    }

    /// <summary>
    /// For each positive one of its semi-hard negatives, all equally likely: they are counted from the buckets, one is
    /// drawn, and the negatives stream by once more until it comes.
    /// </summary>
    public static void Random<TShape>(
        int anchor, int k, ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes,
        MiningDims dims, ArrayView<uint> slots, int stride, ArrayView<float> tileDistances, ArrayView<int> triplets,
        ArrayView<float> losses, ref AnchorTally tally) where TShape : struct, IRowShape
    {
        for (int j = Group.IdxX; j < k; j += TShape.GroupX)
        {
            int place = (int)slots[stride + j];
            uint count = slots[3 * stride + j];
            int positive = ClassIndex.Positive(classes, dims.N, anchor, place);
            uint bits = PhiloxBlock.Word(
                0, (uint)positive, (uint)anchor, dims.StreamLow, dims.StreamHigh, dims.SeedLow, dims.SeedHigh);
            slots[2 * stride + j] = count > 0 ? (uint)((ulong)bits * count >> 32) : NegativeStream.NoRow;
            if (count == 0u) WritePair(anchor, place, -1, 0f, classes, dims, triplets, losses, ref tally);
        }
        int width = TShape.GroupX * TShape.Columns;
        int end = k > 0 ? dims.N : 0;
        for (int tile = 0; tile < end; tile += width)
        {
            int first = tile + Group.IdxX * TShape.Columns;
            NegativeStream.Share<TShape>(anchor, first, embeddings, packed, classes, dims, tileDistances);
            RowBarrier.Wait<TShape>();
            for (int j = Group.IdxX; j < k; j += TShape.GroupX)
            {
                uint before = slots[2 * stride + j];
                if (before == NegativeStream.NoRow) continue;
                float positive = Interop.IntAsFloat(slots[j]), shifted = positive + dims.Margin;
                for (int i = 0; i < width; i++)
                {
                    float distance = tileDistances[i];
                    // By its bits, for ILGPU lets NaN pass a comparison turned around.
                    if (Interop.FloatAsInt(distance) >= NegativeStream.Infinity) continue;
                    if (!(positive < distance && distance < shifted)) continue;
                    if (before == 0u)
                    {
                        WritePair(anchor, (int)slots[stride + j], tile + i, shifted - distance, classes, dims, triplets,
                            losses, ref tally);
                        before = NegativeStream.NoRow;
                        break;
                    }
                    before--;
                }
                slots[2 * stride + j] = before;
            }
            RowBarrier.Wait<TShape>();    // the next tile goes to the same place
        }
    }

    /// <summary>
    /// For each pair its distance and the number of its triplets with a loss. The loss is the sum over pairs of that
    /// number times s + margin, less the negatives' distances.
    /// </summary>
    public static void Every<TShape>(
        int anchor, ArrayView<int> classes, MiningDims dims, ArrayView<uint> slots, int stride, int k,
        ArrayView<int> triplets, ArrayView<float> losses, ref AnchorTally tally) where TShape : struct, IRowShape
    {
        for (int j = Group.IdxX; j < k; j += TShape.GroupX)
        {
            int place = (int)slots[stride + j], run = (int)slots[3 * stride + j];
            int pair = ClassIndex.FirstPair(classes, dims.N, anchor) + place;
            float positive = Interop.IntAsFloat(slots[j]);
            triplets[3 * pair] = anchor;
            triplets[3 * pair + 1] = ClassIndex.Positive(classes, dims.N, anchor, place);
            triplets[3 * pair + 2] = run;
            losses[pair] = positive;
            CompensatedSum.AddProduct(ref tally.Sum, ref tally.Error, run, positive + dims.Margin);
        }
    }

    /// <summary>
    /// firsts[item] = the first bucket of the item's run that is not empty, of those from <paramref name="least"/> on,
    /// else -1. Ends with a barrier.
    /// </summary>
    public static void FindFirsts<TShape>(ArrayView<uint> slots, int stride, int k, int least, ArrayView<int> firsts)
        where TShape : struct, IRowShape
    {
        int each = (k + TShape.GroupX) / TShape.GroupX;
        int from = Math.Min(Group.IdxX * each, k + 1), to = Math.Min(from + each, k + 1), first = -1;
        for (int b = Math.Max(from, least); b < to && first < 0; b++)
            first = slots[3 * stride + b] != NegativeStream.NoRow ? b : -1;
        firsts[Group.IdxX] = first;
        RowBarrier.Wait<TShape>();
    }

    /// <summary>
    /// From beginnings less ends to running sums: the runs that hold each positive. Ends with a barrier.
    /// </summary>
    public static void SumRuns<TShape>(ArrayView<uint> slots, int stride, int k, ArrayView<int> itemSums)
        where TShape : struct, IRowShape
    {
        int each = (k + TShape.GroupX - 1) / TShape.GroupX;
        int from = Math.Min(Group.IdxX * each, k), to = Math.Min(from + each, k), sum = 0;
        for (int j = from; j < to; j++)
            sum += unchecked((int)slots[3 * stride + j]);
        itemSums[Group.IdxX] = sum;
        RowBarrier.Wait<TShape>();
        int before = 0;
        for (int item = 0; item < Group.IdxX; item++)
            before += itemSums[item];
        for (int j = from; j < to; j++)
        {
            before += unchecked((int)slots[3 * stride + j]);
            slots[3 * stride + j] = (uint)before;
        }
        RowBarrier.Wait<TShape>();
    }

    public static void WritePair(
        int anchor, int place, int negative, float loss, ArrayView<int> classes, MiningDims dims,
        ArrayView<int> triplets, ArrayView<float> losses, ref AnchorTally tally)
    {
        int pair = ClassIndex.FirstPair(classes, dims.N, anchor) + place;
        int positive = ClassIndex.Positive(classes, dims.N, anchor, place);
        WriteRow(pair, anchor, positive, negative, loss, triplets, losses, ref tally);
    }

    static void WriteRow(
        int index, int anchor, int positive, int negative, float loss, ArrayView<int> triplets, ArrayView<float> losses,
        ref AnchorTally tally)
    {
        float cut = MathF.Max(loss, 0f);
        triplets[3 * index] = anchor;
        triplets[3 * index + 1] = positive;
        triplets[3 * index + 2] = negative;
        losses[index] = cut;
        if (cut > 0f) tally.Active++;
        CompensatedSum.Add(ref tally.Sum, ref tally.Error, cut);
    }
}
