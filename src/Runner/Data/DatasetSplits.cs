using TripletGpu.Models.Evaluation;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Data;

/// <summary>The parts of a data set.</summary>
/// <param name="Train">What is trained on.</param>
/// <param name="Test">What is judged at the end; null where the data has none.</param>
public sealed record DatasetSplits(IImageDataset Train, IImageDataset? Test)
{
    readonly IImageDataset? labelled;

    /// <summary>What the best network is chosen on: neither trained on nor tested; null: nothing.</summary>
    public IImageDataset? Validation { get; init; }

    /// <summary>What the test is compared with where that is not the training set; null: nothing of its own.</summary>
    public IImageDataset? Gallery { get; init; }

    /// <summary>The training images, with those that were held out of them for validation.</summary>
    public IImageDataset Labelled
    {
        get => labelled ?? Train;
        init => labelled = value;
    }

    /// <summary>Gives up a validation part that cannot be judged, so that nothing is chosen by it.</summary>
    /// <param name="log">Hears that it is.</param>
    public DatasetSplits WithoutUnjudged(Action<string> log)
    {
        if (Validation is null || Comparison.CanJudge(Validation.Labels, Labelled.Labels.ToArray())) return this;
        log($"{Validation.Name} cannot choose the best network: none of its classes is trained on, and each has one"
            + " image there; without data.validationShare the network after the last step counts as the best");
        return this with { Validation = null };
    }

    /// <summary>
    /// Holds a share of each class, or of the classes, out of the training set, unless there is a validation part
    /// already.
    /// </summary>
    /// <param name="share">0 for none.</param>
    /// <param name="split">Of what it is the share.</param>
    /// <param name="seed">The run's.</param>
    /// <param name="log">Hears where no class is large enough.</param>
    public DatasetSplits HoldOut(double share, DataSplit split, ulong seed, Action<string> log)
    {
        if (share == 0 || Validation is not null) return this;
        int[] held = ClassShare.Draw(
            Train.Labels, share, new RandomNumbers.Philox(seed, RandomNumbers.Streams.Validation), split);
        if (held.Length == 0)
        {
            log(FormattableString.Invariant(
                $"data.validationShare {share} of {Train.Name}: no class is large enough to give an image;")
                + " the network after the last step counts as the best");
            return this;
        }
        HashSet<int> isHeld = [.. held];
        int[] kept = [.. Enumerable.Range(0, Train.Count).Where(i => !isHeld.Contains(i))];
        return this with
        {
            Train = new SubsetDataset(Train.Name, Train, kept),
            Validation = new SubsetDataset($"{Train.Name}, held out", Train, held),
            Labelled = Train,
        };
    }
}
