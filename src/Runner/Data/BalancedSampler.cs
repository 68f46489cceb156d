using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Models.Text;
using TripletGpu.RandomNumbers;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Data;

/// <summary>
/// P classes with K images each (pytorch-metric-learning's MPerClassSampler, exact over an epoch): no class comes twice
/// in a batch, no image twice in a batch, and an epoch sees every image of every class that has at least K. Each class
/// is dealt out in groups of K, its last group filled up with images that it has shown before; classes with fewer
/// groups than the epoch has room for show some again. A batch lists its classes one after the other, K rows each.
/// Classes with fewer than K images are left out, or repeat their images, or come with what they have: then more
/// classes make up the batch, the last of them cut to fit.
/// </summary>
public sealed class BalancedSampler : ISampler
{
    readonly int perClass;
    readonly int[][] images;
    readonly EpochOrder order;

    /// <param name="labels">The class of each image.</param>
    /// <param name="classes">P.</param>
    /// <param name="perClass">K.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="shortClasses">What is done about classes with fewer than K images.</param>
    /// <exception cref="UserErrorException">The classes cannot fill a batch.</exception>
    public BalancedSampler(
        ReadOnlySpan<int> labels, int classes, int perClass, ulong seed, ShortClasses shortClasses = ShortClasses.Skip)
    {
        (this.perClass, BatchSize) = (perClass, checked(classes * perClass));
        ClassIndex index = new(labels);
        int[][] all = [.. Enumerable.Range(0, index.Count).Select(c => index[c].ToArray())];
        images = shortClasses == ShortClasses.Skip ? [.. all.Where(c => c.Length >= perClass)] : all;
        Rows = [.. images.Select(c => shortClasses == ShortClasses.Fewer ? Math.Min(perClass, c.Length) : perClass)];
        Check(Array.ConvertAll(all, c => c.Length), classes, shortClasses);
        long rows = 0;
        for (int c = 0; c < images.Length; c++) rows += (long)Groups(c) * Rows[c];
        BatchesPerEpoch =
            (int)Math.Max(Enumerable.Range(0, images.Length).Max(Groups), (rows + BatchSize - 1) / BatchSize);
        int drawn = images.Sum(c => c.Length);
        Coverage = (double)drawn / labels.Length;
        Omission = images.Length == all.Length ? null : string.Create(CultureInfo.InvariantCulture,
            $"never drawn, with fewer images than sampler.perClass = {perClass}: {all.Length - images.Length:N0} of"
            + $" {Counted.Of(all.Length, "class")}, {labels.Length - drawn:N0} of"
            + $" {Counted.Of(labels.Length, "training image")} ({1 - Coverage:0%});"
            + $" sampler.short=fewer or sampler.short=repeat draws them too");
        order = new EpochOrder(seed, BatchSize, DrawEpoch);
    }

    /// <inheritdoc/>
    public int BatchSize { get; }

    /// <inheritdoc/>
    public int BatchesPerEpoch { get; }

    /// <inheritdoc/>
    public double Coverage { get; }

    /// <inheritdoc/>
    public string? Omission { get; }

    /// <summary>How many rows of a batch each class takes.</summary>
    int[] Rows { get; }

    /// <inheritdoc/>
    public void Draw(BatchPosition position, Span<int> indices) => order.CopyBatch(position, indices);

    void Check(int[] sizes, int classes, ShortClasses shortClasses)
    {
        if (shortClasses == ShortClasses.Fewer)
        {
            long most = Rows.Sum(rows => (long)rows);
            if (most < BatchSize) throw new UserErrorException(
                $"a batch of sampler.classes x sampler.perClass = {Counted.Of(BatchSize, "image")}, at most {perClass}"
                + $" of a class, cannot be made: {Counted.Of(sizes.Length, "class")} would give {most}; make either"
                + " smaller");
            return;
        }
        if (images.Length >= classes) return;
        throw new UserErrorException(
            $"sampler.classes is {classes}, but of the data's {Counted.Of(sizes.Length, "class")} only {images.Length}"
            + $" can give sampler.perClass = {Counted.Of(perClass, "image")}: {Ways(sizes, classes)} would do");
    }

    /// <summary>Settings by which the classes fill a batch, those that change least first.</summary>
    string Ways(int[] sizes, int classes)
    {
        const int pair = 2;
        int[] falling = [.. sizes.OrderDescending()];
        List<string> ways = [];
        if (images.Length >= pair) ways.Add($"sampler.classes={images.Length}");
        if (falling.Length >= classes && falling[classes - 1] >= pair)
            ways.Add($"sampler.perClass={falling[classes - 1]}");
        if (falling.Length >= classes) ways.Add("sampler.short=repeat");
        else if (images.Length < pair)
            ways.Add($"sampler.short=repeat with sampler.classes={falling.Length}");
        return string.Join(", ", ways.SkipLast(1)) + (ways.Count > 1 ? " or " : "") + ways[^1];
    }

    int Groups(int c) => (images[c].Length + perClass - 1) / perClass;

    int[] DrawEpoch(Philox random)
    {
        int[][] shuffled = [.. images.Select(c => (int[])c.Clone())];
        foreach (int[] members in shuffled) random.Shuffle(members.AsSpan());
        ClassDeal deal = new(Shares(random), BatchesPerEpoch, random);
        int[] shown = new int[images.Length], epoch = new int[BatchesPerEpoch * BatchSize];
        for (int batch = 0; batch < BatchesPerEpoch; batch++)
        {
            deal.BeginBatch();
            Span<int> room = epoch.AsSpan(batch * BatchSize, BatchSize);
            while (room.Length > 0)
            {
                int c = deal.Next(), count = Math.Min(Rows[c], room.Length);
                for (int k = 0; k < count; k++) room[k] = shuffled[c][(shown[c] + k) % shuffled[c].Length];
                shown[c] = (shown[c] + count) % shuffled[c].Length;
                room = room[count..];
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
        int[] shares = [.. Enumerable.Range(0, images.Length).Select(Groups)];
        int[] turn = [.. Enumerable.Range(0, images.Length)];
        random.Shuffle(turn.AsSpan());
        long missing = (long)BatchesPerEpoch * BatchSize;
        for (int c = 0; c < shares.Length; c++) missing -= (long)shares[c] * Rows[c];
        for (int i = 0; missing > 0; i = (i + 1) % turn.Length)
        {
            if (shares[turn[i]] == BatchesPerEpoch) continue;
            shares[turn[i]]++;
            missing -= Rows[turn[i]];
        }
        return shares;
    }
}
