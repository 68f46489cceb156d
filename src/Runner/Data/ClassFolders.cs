using TripletGpu.RandomNumbers;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Data;

/// <summary>
/// A folder with one folder of images a class, the classes numbered by their names' order. The folders <c>train</c> and
/// <c>test</c>, where both exist, hold the two parts; otherwise a share of each class, drawn by the seed, is the test.
/// </summary>
static class ClassFolders
{
    const string TrainFolder = "train", TestFolder = "test";

    readonly record struct Entry(string Path, string Class, bool IsTest);

    /// <summary>Finds the images, decodes each once, drops or refuses broken ones, and makes the two parts.</summary>
    /// <param name="config">The folder and what is done with it.</param>
    /// <param name="shape">(C, H, W) that every image is made to fit.</param>
    /// <param name="seed">Of the split.</param>
    /// <param name="log">Takes a line about each broken file.</param>
    /// <exception cref="UserErrorException">There is no such folder, or it holds too little.</exception>
    public static DatasetSplits Open(DataConfig config, Shape shape, ulong seed, Action<string> log)
    {
        string root = config.Path ?? throw new UserErrorException(
            "data.path must name the folder of images, one folder a class: --set data.path=DIR");
        if (!Directory.Exists(root)) throw new UserErrorException($"data.path: there is no folder {root}");
        if (shape[0] is not (1 or 3))
            throw new UserErrorException(
                $"model.input[0] must be 1 (grey) or 3 (red, green, blue) for images, not {shape[0]}");
        bool isSplit = Directory.Exists(Path.Combine(root, TrainFolder))
            && Directory.Exists(Path.Combine(root, TestFolder));
        Entry[] entries = isSplit
            ? [
                .. Find(Path.Combine(root, TrainFolder), isTest: false),
                .. Find(Path.Combine(root, TestFolder), isTest: true)]
            : [.. Find(root, isTest: false)];
        if (entries.Length == 0)
            throw new UserErrorException(
                $"{root} has no folder with PNG, JPEG, BMP or WebP images in it; each class needs a folder of its own");
        FolderDataset files = new(root, [.. entries.Select(e => e.Path)], shape, config.Decoder, config.CacheBytes);
        int[] sound = files.FindSound(config.Broken == BrokenImages.Error ? "data.broken=skip" : null, log);
        string[] classes = [.. sound.Select(i => entries[i].Class).Distinct().Order(StringComparer.Ordinal)];
        if (classes.Length == 0)
            throw new UserErrorException($"{root}: not one of its {entries.Length} images can be decoded");
        HashSet<int> test = isSplit
            ? [.. sound.Where(i => entries[i].IsTest)]
            : Draw(sound, entries, config.TestShare, seed);
        FolderDataset Part(string name, IEnumerable<int> members)
        {
            int[] kept = Limited([.. members], i => entries[i].Class, config.Limit);
            return files.Part(name, kept, [.. kept.Select(i => Array.IndexOf(classes, entries[i].Class))], classes);
        }
        string title = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)));
        return new DatasetSplits(
            Part($"{title} train", sound.Where(i => !test.Contains(i))),
            test.Count == 0 ? null : Part($"{title} test", sound.Where(test.Contains)));
    }

    /// <summary>Every image below the class folders, by class and path.</summary>
    static IEnumerable<Entry> Find(string root, bool isTest) =>
        from folder in Directory.GetDirectories(root).Order(StringComparer.Ordinal)
        let name = Path.GetFileName(folder)
        where !name.StartsWith('.')
        from path in FolderDataset.Find(folder)
        select new Entry(path, name, isTest);

    /// <summary>A share of each class, at least one of a class staying in training.</summary>
    static HashSet<int> Draw(int[] members, Entry[] entries, double share, ulong seed)
    {
        HashSet<int> test = [];
        Philox random = new(seed, Streams.Split);
        foreach (IGrouping<string, int> group in members.GroupBy(i => entries[i].Class).OrderBy(
            g => g.Key, StringComparer.Ordinal))
        {
            int[] images = [.. group];
            random.Shuffle(images.AsSpan());
            test.UnionWith(images.Take(Math.Min(images.Length - 1, (int)Math.Round(images.Length * share))));
        }
        return test;
    }

    /// <summary>The first so many images, taken from the classes in turn.</summary>
    static int[] Limited(int[] members, Func<int, string> classOf, int? limit) =>
        limit is null || limit >= members.Length
        ? members
        : [.. members.GroupBy(classOf).SelectMany(g => g.Select((member, place) => (member, place)))
            .OrderBy(m => m.place).Take(limit.Value).Select(m => m.member).Order()];
}
