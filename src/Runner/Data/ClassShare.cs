using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Data;

/// <summary>A share of each class of a data set, drawn at random.</summary>
static class ClassShare
{
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
