using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Models.Text;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Data;

/// <summary>
/// Random triplets for the rule <c>explicit</c>: the first third of a batch are anchors, the second their positives,
/// the last their negatives. Every image of a class with two or more is an anchor once an epoch.
/// </summary>
public sealed class TripletSampler : ISampler
{
    readonly ClassIndex index;
    readonly int[] place, anchors;
    readonly EpochOrder order;

    /// <exception cref="UserErrorException">The data has no triplet, or fewer anchors than a batch.</exception>
    public TripletSampler(ReadOnlySpan<int> labels, int batchSize, ulong seed)
    {
        index = new ClassIndex(labels);
        place = new int[labels.Length];
        for (int c = 0; c < index.Count; c++)
            foreach (int image in index[c]) place[image] = c;
        anchors = [.. Enumerable.Range(0, labels.Length).Where(image => index[place[image]].Length > 1)];
        int triplets = batchSize / 3;
        if (index.Count < 2 || anchors.Length < triplets) throw new UserErrorException(
            $"sampler.batch is {batchSize}, {Counted.Of(triplets, "triplet")}, but the data has"
            + $" {Counted.Of(index.Count, "class")} and {Counted.Of(anchors.Length, "image")} with another of the"
            + " class; make it smaller");
        (BatchSize, BatchesPerEpoch) = (batchSize, (anchors.Length + triplets - 1) / triplets);
        order = new EpochOrder(seed, batchSize, DrawEpoch);
    }

    /// <inheritdoc/>
    public int BatchSize { get; }

    /// <inheritdoc/>
    public int BatchesPerEpoch { get; }

    /// <inheritdoc/>
    public double Coverage => (double)anchors.Length / place.Length;

    /// <inheritdoc/>
    public string? Omission => anchors.Length == place.Length ? null : string.Create(CultureInfo.InvariantCulture,
        $"never an anchor, only a negative, without another image of the class: {place.Length - anchors.Length:N0} of"
        + $" {Counted.Of(place.Length, "training image")} ({1 - Coverage:0%})");

    /// <inheritdoc/>
    public void Draw(BatchPosition position, Span<int> indices) => order.CopyBatch(position, indices);

    int[] DrawEpoch(Philox random)
    {
        int[] shuffled = (int[])anchors.Clone(), epoch = new int[BatchesPerEpoch * BatchSize];
        random.Shuffle(shuffled.AsSpan());
        int triplets = BatchSize / 3;
        for (int i = 0; i < BatchesPerEpoch * triplets; i++)
        {
            int anchor = shuffled[i % shuffled.Length], start = i / triplets * BatchSize + i % triplets;
            epoch[start] = anchor;
            epoch[start + triplets] = Positive(anchor, random);
            epoch[start + 2 * triplets] = Negative(anchor, random);
        }
        return epoch;
    }

    int Positive(int anchor, Philox random)
    {
        ReadOnlySpan<int> same = index[place[anchor]];
        // One place fewer than there are; the anchor's own stands for the last.
        int positive = same[random.NextInt32(same.Length - 1)];
        return positive == anchor ? same[^1] : positive;
    }

    int Negative(int anchor, Philox random)
    {
        while (true)
        {
            int image = random.NextInt32(place.Length);
            if (place[image] != place[anchor]) return image;
        }
    }
}
