using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Data;

/// <summary>
/// P classes with K images each (pytorch-metric-learning's MPerClassSampler, exact over an epoch): no class comes twice
/// in a batch, no image twice in a batch, and an epoch sees every image of every class that has at least K. Each class
/// is dealt out in groups of K, its last group filled up with images that it has shown before; classes with fewer
/// groups than the epoch has room for show some again. A batch lists its classes one after the other, K rows each.
/// </summary>
public sealed class BalancedSampler : ISampler
{
    readonly int classes, perClass;
    readonly int[][] images;
    readonly EpochOrder order;

    /// <param name="labels">The class of each image.</param>
    /// <param name="classes">P.</param>
    /// <param name="perClass">K.</param>
    /// <param name="seed">The run's seed.</param>
    /// <exception cref="UserErrorException">Fewer than P classes have K images.</exception>
    public BalancedSampler(ReadOnlySpan<int> labels, int classes, int perClass, ulong seed)
    {
        (this.classes, this.perClass, BatchSize) = (classes, perClass, checked(classes * perClass));
        ClassIndex index = new(labels);
        images = [.. Enumerable.Range(0, index.Count).Where(c => index[c].Length >= perClass)
            .Select(c => index[c].ToArray())];
        if (images.Length < classes)
            throw new UserErrorException(
                $"sampler.classes is {classes}, but only {images.Length} of the {index.Count} classes"
                + $" of the data have sampler.perClass = {perClass} images or more; make either smaller");
        long groups = images.Sum(c => (long)Groups(c));
        BatchesPerEpoch = (int)Math.Max(images.Max(Groups), (groups + classes - 1) / classes);
        Coverage = (double)images.Sum(c => (long)c.Length) / labels.Length;
        order = new EpochOrder(seed, BatchSize, DrawEpoch);
    }

    /// <inheritdoc/>
    public int BatchSize { get; }

    /// <inheritdoc/>
    public int BatchesPerEpoch { get; }

    /// <inheritdoc/>
    public double Coverage { get; }

    /// <inheritdoc/>
    public void Draw(BatchPosition position, Span<int> indices) => order.CopyBatch(position, indices);

    int Groups(int[] members) => (members.Length + perClass - 1) / perClass;

    int[] DrawEpoch(Philox random)
    {
        int[][] shuffled = [.. images.Select(c => (int[])c.Clone())];
        foreach (int[] members in shuffled) random.Shuffle(members.AsSpan());
        int[] remaining = Shares(random), shown = new int[images.Length];
        int[] epoch = new int[BatchesPerEpoch * BatchSize], chosen = new int[images.Length];
        float[] keys = new float[images.Length];
        for (int batch = 0; batch < BatchesPerEpoch; batch++)
        {
            int batchesLeft = BatchesPerEpoch - batch;
            for (int c = 0; c < keys.Length; c++) (chosen[c], keys[c]) = (c, Key(remaining[c], batchesLeft, random));
            Array.Sort(keys, chosen);
            for (int p = 0; p < classes; p++)
            {
                int c = chosen[p];
                remaining[c]--;
                Span<int> group = epoch.AsSpan(batch * BatchSize + p * perClass, perClass);
                for (int k = 0; k < perClass; k++) group[k] = shuffled[c][(shown[c] + k) % shuffled[c].Length];
                shown[c] += perClass;
            }
        }
        return epoch;
    }

    /// <summary>
    /// In how many batches each class comes: as many as it has groups, and in turn one more until the batches are full.
    /// None comes in more batches than there are.
    /// </summary>
    int[] Shares(Philox random)
    {
        int[] shares = [.. images.Select(Groups)], turn = [.. Enumerable.Range(0, images.Length)];
        random.Shuffle(turn.AsSpan());
        long missing = (long)BatchesPerEpoch * classes - shares.Sum(s => (long)s);
        for (int i = 0; missing > 0; i = (i + 1) % turn.Length)
        {
            if (shares[turn[i]] == BatchesPerEpoch) continue;
            shares[turn[i]]++;
            missing--;
        }
        return shares;
    }

    /// <summary>
    /// The classes with the smallest keys make up the batch. A class that must come in all batches left is always among
    /// them, and there are never more than P of those: the shares left add up to P times the batches left. The others
    /// are drawn with chances in proportion to what they have left (Efraimidis and Spirakis 2006).
    /// </summary>
    static float Key(int remaining, int batchesLeft, Philox random)
    {
        float draw = random.NextSingle();
        if (remaining == 0) return float.PositiveInfinity;
        return remaining == batchesLeft ? draw - 1 : -MathF.Log(1 - draw) / remaining;
    }
}
