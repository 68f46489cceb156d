using TripletGpu.Models;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Distributed;

namespace TripletGpu.Runner.Data;

/// <summary>Opens the data set that a configuration names.</summary>
public static class Datasets
{
    /// <summary>The names that <see cref="Fetch"/> takes.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [IdxDataset.Mnist.Name, IdxDataset.FashionMnist.Name, "cifar10"];

    /// <summary>Puts a public data set into the cache folder, verified; returns its folder.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="log">Takes a line about what is being done.</param>
    /// <exception cref="UserErrorException">There is none of that name, or it is not to be had.</exception>
    public static string Fetch(string name, Action<string> log) => name switch
    {
        "mnist" => IdxDataset.Mnist.Fetch(log),
        "fashion-mnist" => IdxDataset.FashionMnist.Fetch(log),
        "cifar10" => Cifar10.Fetch(log),
        _ => throw new UserErrorException($"{name} is no data set; there are {string.Join(", ", Names)}"
            + (Spelling.Nearest(name, Names) is { } nearest ? $"; did you mean {nearest}?" : "")),
    };

    /// <summary>Opens a data set, fetching a public one if need be.</summary>
    /// <param name="run">Which, how much of it, and the model's input, which files of images are made to fit.</param>
    /// <param name="log">Takes a line about what is being done.</param>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static DatasetSplits Open(RunConfig run, Action<string> log) => Open(run, log, ranks: null);

    /// <summary>As <see cref="Open(RunConfig, Action{string})"/>, where ranks read the same data.</summary>
    internal static DatasetSplits Open(RunConfig run, Action<string> log, Ranks? ranks)
    {
        DatasetSplits splits = OpenAsTheyAre(run, log, ranks);
        return new DatasetSplits(Fit(splits.Train)!, Fit(splits.Test))
        {
            Validation = Fit(splits.Validation),
            Gallery = Fit(splits.Gallery),
        }.WithoutUnjudged(log).HoldOut(run.Data.ValidationShare?.Value ?? 0, run.Data.Split, run.Train.Seed, log);

        IImageDataset? Fit(IImageDataset? images) => images is null ? null : FittedDataset.Of(images, run);
    }

    static DatasetSplits OpenAsTheyAre(RunConfig run, Action<string> log, Ranks? ranks)
    {
        DataConfig config = run.Data;
        if (config.Kind == DataKind.Folder)
            return ClassFolders.Open(config, new Shape(run.Model.Input), run.Train.Seed, log, ranks);
        if (config.Kind == DataKind.Arrays) return ReadArrays(run, log);
        (MemoryDataset train, MemoryDataset test) = config.Kind switch
        {
            DataKind.Mnist => IdxDataset.Mnist.Read(config.Path ?? IdxDataset.Mnist.Fetch(log)),
            DataKind.FashionMnist => IdxDataset.FashionMnist.Read(config.Path ?? IdxDataset.FashionMnist.Fetch(log)),
            _ => Cifar10.Read(config.Path ?? Cifar10.Fetch(log)),
        };
        return OfOneShape(train, test, null, null, config);
    }

    /// <summary>Checks that a model takes the data's images.</summary>
    /// <param name="model">The model.</param>
    /// <param name="data">The data.</param>
    /// <param name="isTrained">Whether the model is one already, so that the images have to change.</param>
    /// <exception cref="UserErrorException">It does not.</exception>
    public static void CheckInput(ModelConfig model, IImageDataset data, bool isTrained = false)
    {
        if (new Shape(model.Input) == data.ImageShape) return;
        int[] image = data.ImageShape.ToArray();
        if (ImageArray.TransposeHint(data.ImageShape) is { } hint) throw new UserErrorException($"{data.Name}: {hint}");
        string sizes =
            $"[{string.Join(", ", model.Input)}], but the images of {data.Name} are [{string.Join(", ", image)}]";
        throw new UserErrorException(isTrained
            ? $"the network takes images of {sizes}; its run has no data.resize, so they must be made so first"
            : $"model.input is {sizes}; set model.input=[{string.Join(",", image)}], or data.resize=true");
    }

    static DatasetSplits ReadArrays(RunConfig run, Action<string> log)
    {
        (MemoryDataset train, MemoryDataset? validation, MemoryDataset? test, MemoryDataset? gallery) =
            ArrayDataset.Read(run.Data);
        PixelRange.CheckAlike([.. ((MemoryDataset?[])[train, validation, test, gallery]).Select(part => part?.Range)]);
        if (train.Range!.Warning(PixelDefaults.Scaling(run)) is { } warning) log(warning);
        return OfOneShape(train, test, validation, gallery, run.Data);
    }

    static DatasetSplits OfOneShape(
        MemoryDataset train, MemoryDataset? test, MemoryDataset? validation, MemoryDataset? gallery, DataConfig config)
    {
        foreach (MemoryDataset? part in (MemoryDataset?[])[test, validation, gallery])
            if (part is not null && part.ImageShape != train.ImageShape)
                throw new UserErrorException(
                    $"{part.Name} has images of {part.ImageShape}, {train.Name} of {train.ImageShape}");
        int limit = config.Limit ?? int.MaxValue;
        return new DatasetSplits(train.First(limit), test?.First(limit))
        {
            Validation = validation?.First(limit),
            Gallery = gallery?.First(limit),
        };
    }
}
