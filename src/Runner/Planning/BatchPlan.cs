using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Planning;

/// <summary>How many classes and images of each make up a batch.</summary>
static class BatchPlan
{
    const string Classes = "sampler.classes", PerClass = "sampler.perClass";

    /// <summary>Chooses.</summary>
    /// <param name="sizes">The images of each class, ascending.</param>
    /// <param name="batch">About how many images a batch should have.</param>
    /// <param name="perClass">At most so many of a class, unless there are too few classes to fill the batch.</param>
    /// <param name="given">What was asked for.</param>
    /// <param name="reasons">Takes a line.</param>
    public static SamplerConfig Of(
        int[] sizes, int batch, int perClass, GivenSettings given, List<string> reasons)
    {
        int shortest = sizes[0], median = sizes[sizes.Length / 2], most = Math.Max(perClass, batch / sizes.Length);
        // One class much shorter than the others does not make all of them short.
        bool isAlone = shortest < most && 2 * shortest < median;
        int k = given.Count(PerClass, 2) ?? Math.Max(2, Math.Min(isAlone ? median : shortest, most));
        int p = given.Count(Classes, 2) ?? Math.Clamp(batch / k, 2, sizes.Length), images = sizes.Sum();
        bool isShort = shortest < k;
        // Short classes take fewer places, and all of them together must fill the batch.
        if (isShort)
        {
            images = sizes.Sum(size => Math.Min(size, k));
            if (given.Count(Classes, 2) is null) p = Math.Max(2, Math.Min(p, images / k));
        }
        bool isRepeated = isShort && images < p * k;
        string why = given.Count(PerClass, 2) is not null || given.Count(Classes, 2) is not null ? "as asked for"
            : k > perClass ? $"there are only {Counted.Of(sizes.Length, "class")} to fill it"
            : k == perClass ? $"{Counted.Of(p * k, "image")} make enough triplets"
            : isAlone ? $"half of the classes have {Counted.Of(median, "image")} or more to train on"
            : $"the shortest class has {shortest} to train on";
        reasons.Add($"sampler: batches of {Counted.Of(p, "class")} with {Counted.Of(k, "image")} each: {why}"
            + (isRepeated ? "; classes with fewer show theirs more than once"
                : isShort ? $"; classes with fewer come with what they have (the shortest: {shortest})" : ""));
        return new SamplerConfig
        {
            Classes = p,
            PerClass = k,
            Short = isRepeated ? ShortClasses.Repeat : isShort ? ShortClasses.Fewer : ShortClasses.Skip,
        };
    }

    /// <summary>
    /// The batches of an epoch, in which each class is dealt out K by K and none comes twice in a batch.
    /// </summary>
    public static int BatchesPerEpoch(int[] sizes, SamplerConfig sampler)
    {
        int k = sampler.PerClass, batch = sampler.Classes * k;
        int[] groups = [.. sizes.Select(size => (size + k - 1) / k)];
        long rows = groups.Zip(sizes, (count, size) => (long)count * Math.Min(k, size)).Sum();
        return Math.Max(groups.Max(), (int)((rows + batch - 1) / batch));
    }
}
