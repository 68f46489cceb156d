using TripletGpu.Models;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Distributed;
using TripletGpu.Runner.Images;

namespace TripletGpu.Runner.Embedding;

/// <summary>Images to embed, with what their rows are called.</summary>
/// <param name="Images">The images, of the model's shape.</param>
/// <param name="Names">One a row: a class name or a file's path; null where the input has neither.</param>
sealed record EmbeddingInput(IImageDataset Images, IReadOnlyList<string>? Names)
{
    /// <summary>What the name of a public data set begins with: <c>dataset:mnist:test</c>.</summary>
    public const string DatasetPrefix = "dataset:";

    /// <summary>Opens <c>dataset:NAME:PART</c>, an .npy, a folder of images, or one image.</summary>
    /// <param name="input">What to open.</param>
    /// <param name="run">The config of the run whose network embeds it.</param>
    /// <param name="isStrict">Whether a broken image in a folder is an error; else it is named and left out.</param>
    /// <param name="log">Takes a line about what is being done.</param>
    /// <param name="ranks">Who opens it together.</param>
    /// <exception cref="UserErrorException">It cannot be read, or its images are not what the model takes.</exception>
    public static EmbeddingInput Open(
        string input, RunConfig run, bool isStrict, Action<string> log, Ranks? ranks = null)
    {
        EmbeddingInput opened = input.StartsWith(DatasetPrefix, StringComparison.Ordinal) ? OpenDataset(input, run, log)
            : Fit(
                Directory.Exists(input) ? OpenFolder(input, run, isStrict, log, ranks)
                : ImageFile.IsImage(input) ? OpenImage(input, run)
                : OpenArray(input, run, log), run);
        Datasets.CheckInput(run.Model, opened.Images, isTrained: true);
        return opened;
    }

    static EmbeddingInput OpenDataset(string input, RunConfig run, Action<string> log)
    {
        string[] parts = input.Split(':');
        if (parts.Length != 3 || parts[2] is not ("train" or "test"))
            throw new UserErrorException($"{input}: a data set is dataset:NAME:train or dataset:NAME:test");
        DataConfig data = new() { Kind = KindOf(parts[1]), Resize = run.Data.Resize, Binarize = run.Data.Binarize };
        DatasetSplits splits = Datasets.Open(run with { Data = data }, log);
        IImageDataset images = parts[2] == "train" ? splits.Train
            : splits.Test ?? throw new UserErrorException($"{input}: that data set has no test part");
        string[] names = new string[images.Count];
        for (int i = 0; i < names.Length; i++) names[i] = images.ClassNames[images.Labels[i]];
        return new EmbeddingInput(images, names);
    }

    static DataKind KindOf(string name) =>
        Words.Value<DataKind>(name) is { } kind and (DataKind.Mnist or DataKind.FashionMnist or DataKind.Cifar10) ? kind
            : throw new UserErrorException($"{name} is no data set; there are {string.Join(", ", Datasets.Names)}");

    static EmbeddingInput Fit(EmbeddingInput input, RunConfig run) =>
        input with { Images = FittedDataset.Of(input.Images, run) };

    /// <summary>The images of a folder in the order of their paths, made to fit the model.</summary>
    static EmbeddingInput OpenFolder(
        string folder, RunConfig run, bool isStrict, Action<string> log, Ranks? ranks)
    {
        string[] paths = [.. FolderDataset.Find(folder, log)];
        if (paths.Length == 0) throw new UserErrorException($"{folder} holds no PNG, JPEG, BMP or WebP image");
        FolderDataset all = new(folder, paths, new Shape(run.Model.Input), run.Data.Decoder, run.Data.CacheBytes);
        int[] sound = all.FindSound(isStrict ? "embedding without --strict" : null, log, ranks);
        if (sound.Length == 0)
            throw new UserErrorException(
                $"{folder} has no image that can be decoded, in {Counted.Of(paths.Length, "file")}");
        FolderDataset images = all.Part(folder, sound, new int[sound.Length], all.ClassNames);
        return new EmbeddingInput(images, [.. images.Paths.Select(path => Path.GetRelativePath(folder, path))]);
    }

    static EmbeddingInput OpenImage(string path, RunConfig run)
    {
        if (!File.Exists(path)) throw new UserErrorException($"{path}: no such file");
        FolderDataset image = new(path, [path], new Shape(run.Model.Input), run.Data.Decoder, run.Data.CacheBytes);
        return new EmbeddingInput(image, [path]);
    }

    static EmbeddingInput OpenArray(string path, RunConfig run, Action<string> log)
    {
        ArrayImages images = new(path);
        if (images.Range.Warning(PixelDefaults.Scaling(run)) is { } warning) log(warning);
        return new EmbeddingInput(images, Names: null);
    }
}
