using TripletGpu.Models;
using TripletGpu.Models.Text;
using TripletGpu.RandomNumbers;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Distributed;

namespace TripletGpu.Runner.Data;

/// <summary>
/// A folder with one folder of images a class, the classes numbered by their names' order; or one with a folder a part,
/// which hold the classes. Where none is the test, a share of each class, drawn by the seed, is.
/// </summary>
static class ClassFolders
{
    readonly record struct Entry(string Path, string Class, FolderPart Part);

    /// <summary>Finds the images, decodes each once, drops or refuses broken ones, and makes the parts.</summary>
    /// <param name="config">The folder and what is done with it.</param>
    /// <param name="shape">(C, H, W) that every image is made to fit.</param>
    /// <param name="seed">Of the split.</param>
    /// <param name="log">Takes a line about each broken file.</param>
    /// <param name="ranks">Who decodes together.</param>
    /// <exception cref="UserErrorException">There is no such folder, or it holds too little.</exception>
    public static DatasetSplits Open(
        DataConfig config, Shape shape, ulong seed, Action<string> log, Ranks? ranks = null)
    {
        string root = config.Path ?? throw new UserErrorException(
            "data.path must name the folder of images, one folder a class: --set data.path=DIR");
        if (!Directory.Exists(root)) throw new UserErrorException($"data.path: there is no folder {root}");
        if (shape[0] is not (1 or 3))
            throw new UserErrorException(
                $"model.input[0] must be 1 (grey) or 3 (red, green, blue) for images, not {shape[0]}");
        IReadOnlyList<(FolderPart Part, string Path)> parts = FolderLayout.Find(root, config.Layout, log);
        if (parts.Any(p => p.Part == FolderPart.Gallery) && parts.All(p => p.Part != FolderPart.Test))
            throw new UserErrorException(
                $"{root} has a gallery, but no folder query or test that is compared with it: add one, or take the"
                + " gallery away");
        Entry[] entries = [.. parts.SelectMany(part => Find(part.Path, part.Part, log))];
        if (entries.Length == 0)
            throw new UserErrorException(
                $"{root} has no folder with PNG, JPEG, BMP or WebP images in it; each class needs a folder of its own");
        FolderDataset files = new(root, [.. entries.Select(e => e.Path)], shape, config.Decoder, config.CacheBytes);
        int[] sound = files.FindSound(config.Broken == BrokenImages.Error ? "data.broken=skip" : null, log, ranks);
        string[] classes = [.. sound.Select(i => entries[i].Class).Distinct().Order(StringComparer.Ordinal)];
        if (classes.Length == 0)
            throw new UserErrorException(
                $"{root} has no image that can be decoded, in {Counted.Of(entries.Length, "file")}");
        Dictionary<string, int> labels = classes.Index().ToDictionary(c => c.Item, c => c.Index);
        if (parts.All(part => part.Part != FolderPart.Test)) Draw(sound, entries, labels, config, seed);
        string title = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)));
        FolderDataset? Part(FolderPart part, string name)
        {
            int[] members = [.. sound.Where(i => entries[i].Part == part)];
            if (members.Length == 0) return null;
            int[] kept = Limited(members, i => entries[i].Class, config.Limit);
            return files.Part(
                $"{title} {name}", kept, Array.ConvertAll(kept, i => labels[entries[i].Class]), classes);
        }
        FolderDataset train = Part(FolderPart.Train, "train")
            ?? throw new UserErrorException($"{root}: none of the images to train on can be decoded");
        return new DatasetSplits(train, Part(FolderPart.Test, "test"))
        {
            Validation = Part(FolderPart.Validation, "validation"),
            Gallery = Part(FolderPart.Gallery, "gallery"),
        };
    }

    /// <summary>Every image below the class folders, by class and path.</summary>
    static IEnumerable<Entry> Find(string root, FolderPart part, Action<string> log) =>
        from folder in FolderTree.Folders(root, log)
        from path in FolderDataset.Find(folder, log)
        select new Entry(path, Path.GetFileName(folder), part);

    /// <summary>Makes a share of each class the test, at least one of it staying in training; or classes.</summary>
    static void Draw(int[] members, Entry[] entries, Dictionary<string, int> labels, DataConfig config, ulong seed)
    {
        int[] train = [.. members.Where(i => entries[i].Part == FolderPart.Train)];
        int[] classes = Array.ConvertAll(train, i => labels[entries[i].Class]);
        Philox random = new(seed, Streams.Split);
        foreach (int drawn in ClassShare.Draw(classes, config.TestShare, random, config.Split))
            entries[train[drawn]] = entries[train[drawn]] with { Part = FolderPart.Test };
    }

    /// <summary>The first so many images, taken from the classes in turn.</summary>
    static int[] Limited(int[] members, Func<int, string> classOf, int? limit) =>
        limit is null || limit >= members.Length
        ? members
        : [.. members.GroupBy(classOf).SelectMany(g => g.Select((member, place) => (member, place)))
            .OrderBy(m => m.place).Take(limit.Value).Select(m => m.member).Order()];
}
