using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using TripletGpu.Models;
using TripletGpu.Models.Evaluation;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Distributed;
using TripletGpu.Runner.Images;

namespace TripletGpu.Runner.Data;

/// <summary>
/// Image files, decoded to one shape when they are asked for. What has been decoded is kept as bytes until the bound is
/// reached; the rest is decoded again each time. Parts of a folder share what is kept.
/// </summary>
sealed class FolderDataset : IImageDataset
{
    readonly Files files;
    readonly int[] members, labels;

    /// <param name="name">For messages and reports.</param>
    /// <param name="paths">The files; their order is that of the images.</param>
    /// <param name="shape">(C, H, W) with 1 or 3 channels.</param>
    /// <param name="decoder">What decodes JPEG files.</param>
    /// <param name="mostCachedBytes">How much may be kept.</param>
    /// <exception cref="UserErrorException">The decoder's library is missing.</exception>
    public FolderDataset(
        string name, IReadOnlyList<string> paths, Shape shape, ImageDecoder decoder, long mostCachedBytes)
        : this(
            name, new Files(paths, shape, decoder, mostCachedBytes), [.. Enumerable.Range(0, paths.Count)],
            new int[paths.Count], ["?"]) => ImageFile.Require(decoder);

    FolderDataset(string name, Files files, int[] members, int[] labels, IReadOnlyList<string> classNames)
    {
        (Name, this.files, this.members, this.labels, ClassNames) = (name, files, members, labels, classNames);
        Paths = [.. members.Select(member => files.Paths[member])];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Shape ImageShape => files.Shape;

    /// <inheritdoc/>
    public int Count => members.Length;

    /// <inheritdoc/>
    public ReadOnlySpan<int> Labels => labels;

    /// <inheritdoc/>
    public int Classes => ClassNames.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public bool IsCostly => true;

    /// <summary>The file of each image.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <inheritdoc/>
    public string? PathOf(int index) => Paths[index];

    /// <summary>The image files at any depth below a folder, in the order of their paths.</summary>
    /// <param name="folder">The folder; <see cref="FolderTree"/> says what of it counts.</param>
    /// <param name="log">Takes a line about each link that leads back up.</param>
    public static IEnumerable<string> Find(string folder, Action<string> log) =>
        FolderTree.Files(folder, log).Where(ImageFile.IsImage).Order(StringComparer.Ordinal);

    /// <summary>Some of the images, labelled.</summary>
    /// <param name="name">For messages and reports.</param>
    /// <param name="images">Which of these images, in the part's order.</param>
    /// <param name="partLabels">The class of each.</param>
    /// <param name="classNames">By label.</param>
    public FolderDataset Part(
        string name, IEnumerable<int> images, int[] partLabels, IReadOnlyList<string> classNames) =>
        new(name, files, [.. images.Select(image => members[image])], partLabels, classNames);

    /// <summary>Decodes every image once, on all cores, and returns those that are sound; others are named.</summary>
    /// <param name="otherwise">null; or a broken image is an error, which ends with how else it would be.</param>
    /// <param name="log">Takes a line about each broken file.</param>
    /// <param name="ranks">Who looks together, each at its share of the files.</param>
    /// <exception cref="UserErrorException">A file is broken and may not be, or a library is missing.</exception>
    public int[] FindSound(string? otherwise, Action<string> log, Ranks? ranks = null)
    {
        IReadOnlyDictionary<int, string> broken = FindBroken(ranks);
        foreach (int i in broken.Keys.Order())
        {
            string line = $"{Paths[i]}: {broken[i]}";
            if (otherwise is not null)
                throw new UserErrorException($"{line} ({broken.Count} broken; {otherwise} leaves such files out)");
            log($"broken image, left out: {line}");
        }
        if (broken.Count > 0)
            log(string.Create(CultureInfo.InvariantCulture,
                $"{Name}: left out {broken.Count:N0} of {Counted.Of(Count, "image")}, as broken"));
        return [.. Enumerable.Range(0, Count).Where(i => !broken.ContainsKey(i))];
    }

    IReadOnlyDictionary<int, string> FindBroken(Ranks? ranks)
    {
        ConcurrentDictionary<int, string> broken = [];
        (int first, int end) = Meeting.Share(ranks?.Collective, Count);
        ((IImageDataset)this).Read(end - first, i =>
        {
            try
            {
                files.Read(members[first + i]);
            }
            catch (ImageFormatException exception)
            {
                broken[first + i] = exception.Message;
            }
        });
        if (ranks is null) return broken;
        return ranks.Texts(JsonSerializer.Serialize(broken))
            .SelectMany(found => JsonSerializer.Deserialize<Dictionary<int, string>>(found)!).ToDictionary();
    }

    /// <inheritdoc/>
    /// <exception cref="UserErrorException">The file cannot be decoded (any more).</exception>
    public void CopyImage(int index, Span<float> pixels)
    {
        try
        {
            Samples.Scale(files.Read(members[index]), pixels);
        }
        catch (ImageFormatException exception)
        {
            throw new UserErrorException($"{Paths[index]}: {exception.Message}", exception);
        }
    }

    /// <summary>The files of a folder, with those images that are kept. Safe from several threads.</summary>
    sealed class Files(IReadOnlyList<string> paths, Shape shape, ImageDecoder decoder, long mostCachedBytes)
    {
        readonly byte[]?[] kept = new byte[]?[paths.Count];
        long keptBytes;

        public IReadOnlyList<string> Paths => paths;

        public Shape Shape => shape;

        public byte[] Read(int file)
        {
            if (Volatile.Read(ref kept[file]) is { } found) return found;
            byte[] planes = GC.AllocateUninitializedArray<byte>((int)shape.Count);
            using (PixelImage image = ImageFile.Decode(paths[file], decoder)) image.Fit(shape, planes);
            if (Interlocked.Add(ref keptBytes, planes.Length) <= mostCachedBytes)
                Volatile.Write(ref kept[file], planes);
            else Interlocked.Add(ref keptBytes, -planes.Length);
            return planes;
        }
    }
}
