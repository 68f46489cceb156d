using System.Globalization;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.Models;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;

namespace TripletGpu.Runner.Training;

/// <summary>
/// Whether the batches of a run hold triplets: two images of a class beside one of another. Without any the loss has
/// nothing to say, and a run would go through to its end without a word.
/// </summary>
static class TripletBatches
{
    /// <summary>Checks that the training set has classes to tell apart, whatever the batches.</summary>
    /// <exception cref="UserErrorException">It has one class, or no class with two images.</exception>
    public static void CheckClasses(RunConfig config, IImageDataset data)
    {
        if (IsLinedUp(config)) return;
        ClassIndex classes = new(data.Labels);
        if (classes.Count == 1)
        {
            string limit = config.Data.Limit is { } first
                ? $" among the first {Counted.Of(first, "image")} (data.limit)"
                : "";
            throw new UserErrorException(
                $"{data.Name} has one class, {data.ClassNames[classes.Labels[0]]}{limit}: nothing can be told apart,"
                + " and a triplet needs a negative, an image of another class");
        }
        bool isRepeated = config.Sampler is { Kind: SamplerKind.Balanced, Short: ShortClasses.Repeat };
        if (isRepeated || classes.Count < data.Count) return;
        if (!Losses(config).Any(loss => LossKinds.NeedsPositives(loss.Kind))) return;
        string held = data is SubsetDataset ? " left; data.validationShare holds the others out" : "";
        throw new UserErrorException(
            $"each of the {Counted.Of(classes.Count, "class")} of {data.Name} has one image{held}: a triplet needs a"
            + " positive, another image of its class");
    }

    /// <summary>Draws the run's batches until each phase that mines has met a triplet.</summary>
    /// <returns>A line about batches that have none; null where they are few.</returns>
    /// <exception cref="UserErrorException">A phase has no batch with a triplet.</exception>
    public static string? Check(RunConfig config, IImageDataset data, ISampler sampler)
    {
        string? line = null;
        int[] batch = new int[sampler.BatchSize];
        foreach (TrainingPhase phase in TrainingPhase.Of(config, sampler.BatchesPerEpoch))
        {
            if (!NeedsPairs(phase.Loss)) continue;
            long epochEnd = Math.Min(phase.End, phase.Start + sampler.BatchesPerEpoch), without = 0, step = phase.Start;
            for (; step < epochEnd; step++) without += HasTriplet(step) ? 0 : 1;
            long looked = epochEnd - phase.Start;
            bool isMet = without < looked;
            for (; !isMet && step < phase.End; step++) isMet = HasTriplet(step);
            if (!isMet)
                throw new UserErrorException(
                    $"none of the {Counted.Of(phase.Length, "batch", "batches")} of"
                    + $" {Counted.Of(sampler.BatchSize, "image")} holds a triplet, two images of one class beside one"
                    + $" of another: there is nothing to learn from; {Way(config)}");
            if (without * 20 >= looked && without > 0)
                line ??= string.Create(CultureInfo.InvariantCulture,
                    $"{without:N0} of the {Counted.Of(looked, "batch", "batches")} of an epoch hold no triplet, two"
                    + $" images of one class beside one of another, and teach nothing; {Way(config)}");
        }
        return line;

        bool HasTriplet(long step)
        {
            sampler.Draw(BatchPosition.After(step, sampler.BatchesPerEpoch), batch);
            HashSet<int> seen = [];
            foreach (int image in batch) seen.Add(data.Labels[image]);
            return seen.Count > 1 && seen.Count < batch.Length;
        }
    }

    static string Way(RunConfig config) => config.Sampler switch
    {
        { Kind: SamplerKind.Balanced } => "sampler.short=repeat or larger batches help",
        { Kind: SamplerKind.Sequential } => "the files' order makes the batches: mix the classes in it",
        _ => "sampler.kind=balanced makes sure of it",
    };

    static IEnumerable<LossConfig> Losses(RunConfig config) =>
        config.Phases.Length == 0 ? [config.Loss] : config.Phases.Select(phase => phase.Loss ?? config.Loss);

    static bool NeedsPairs(LossConfig loss) => LossKinds.NeedsPositives(loss.Kind)
        && loss is not { Kind: LossKind.Triplet, Rule: MiningRule.Explicit };

    /// <summary>Whether the files themselves are triplets in order, and labels say nothing.</summary>
    static bool IsLinedUp(RunConfig config) => config.Sampler.Kind == SamplerKind.Sequential
        && Losses(config).All(loss => loss is { Kind: LossKind.Triplet, Rule: MiningRule.Explicit });
}
