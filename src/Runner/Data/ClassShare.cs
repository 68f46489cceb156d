using TripletGpu.RandomNumbers;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Data;

/// <summary>A share of a data set, drawn at random: of each class, or whole classes.</summary>
static class ClassShare
{
    // What is left must still be told apart.
    const int LeastClasses = 2;

    /// <summary>The places of the images that are drawn, ascending.</summary>
    /// <param name="labels">The class of each image.</param>
    /// <param name="share">From 0 to below 1.</param>
    /// <param name="random">Used class by class, ascending.</param>
    /// <param name="split">Of what it is the share.</param>
    public static int[] Draw(ReadOnlySpan<int> labels, double share, Philox random, DataSplit split) =>
        split == DataSplit.Classes ? DrawClasses(labels, share, random) : Draw(labels, share, random);

    /// <summary>
    /// The images of some classes, at least one where the share is above 0. Those come first that can be judged without
    /// training images: which have two images or more.
    /// </summary>
    static int[] DrawClasses(ReadOnlySpan<int> labels, double share, Philox random)
    {
        ClassIndex classes = new(labels);
        int count = share == 0 ? 0 : Math.Max(1, (int)Math.Round(classes.Count * share));
        int[] order = [.. Enumerable.Range(0, classes.Count)];
        random.Shuffle(order.AsSpan());
        List<int> drawn = [];
        foreach (int c in order.OrderBy(c => classes[c].Length > 1 ? 0 : 1)
            .Take(Math.Min(count, classes.Count - LeastClasses))) drawn.AddRange(classes[c]);
        drawn.Sort();
        return [.. drawn];
    }

    /// <summary>The places of the images that are drawn, ascending. Of each class at least one stays.</summary>
    /// <param name="labels">The class of each image.</param>
    /// <param name="share">From 0 to below 1; of each class rounded to whole images.</param>
    /// <param name="random">Used class by class, ascending.</param>
    public static int[] Draw(ReadOnlySpan<int> labels, double share, Philox random)
    {
        ClassIndex classes = new(labels);
        List<int> drawn = [];
        for (int c = 0; c < classes.Count; c++)
        {
            int[] images = classes[c].ToArray();
            random.Shuffle(images.AsSpan());
            drawn.AddRange(images.AsSpan(0, Math.Min(images.Length - 1, (int)Math.Round(images.Length * share))));
        }
        drawn.Sort();
        return [.. drawn];
    }
}
