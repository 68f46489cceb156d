using TripletGpu.Models;
using TripletGpu.Models.Search;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Embedding;
using TripletGpu.Runner.Evaluation;
using TripletGpu.Runner.Networks;
using TripletGpu.Runner.Reports;

namespace TripletGpu.Runner.Search;

/// <summary>Embeddings with what is known of them: what an index is made of, or what is looked for in one.</summary>
sealed record RowSource
{
    /// <summary>For messages.</summary>
    public required string Name { get; init; }

    /// <summary>D, the width of an embedding.</summary>
    public required int Dimension { get; init; }

    /// <summary>The place of each row's class in <see cref="Classes"/>; -1: it has none.</summary>
    public required int[] Labels { get; init; }

    /// <summary>The classes' names.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>What the rows are called; null: they have no names.</summary>
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>The embeddings, some rows at a time, computed while they are taken.</summary>
    public required IEnumerable<ReadOnlyMemory<float>> Batches { get; init; }

    /// <summary>What the rows' pictures are like; null: there are none.</summary>
    public IndexThumbnails? Thumbnails { get; init; }

    /// <summary>Draws the picture of a row.</summary>
    public Action<int, Span<byte>>? Draw { get; init; }

    /// <summary>What a row is called, whether or not it has a name.</summary>
    public string NameOf(int row) => Names?[row] ?? (Labels.Length == 1 ? Name : $"{Name}[{row}]");

    /// <summary>All embeddings, row by row.</summary>
    public float[] Read()
    {
        float[] all = new float[(long)Labels.Length * Dimension];
        int done = 0;
        foreach (ReadOnlyMemory<float> batch in Batches)
        {
            batch.CopyTo(all.AsMemory(done));
            done += batch.Length;
        }
        return all;
    }

    /// <summary>Images as a run's network embeds them.</summary>
    /// <param name="run">The run.</param>
    /// <param name="input">A folder, an image, an .npy of images, or dataset:NAME:PART.</param>
    /// <param name="labels">An .npy of integers; null: what the input says itself.</param>
    /// <param name="isStrict">Whether a broken image is an error; else it is named and left out.</param>
    /// <param name="progress">How far it is.</param>
    /// <exception cref="UserErrorException">It cannot be read, or its images are not what the model takes.</exception>
    public static RowSource OfImages(
        FinishedRun run, string input, string? labels, bool isStrict, ProgressLine progress)
    {
        EmbeddingInput opened = EmbeddingInput.Open(input, run.Config, isStrict, progress.WriteLine);
        (int[] places, IReadOnlyList<string> classes) = labels is null
            ? ClassesOf(opened, input)
            : ReadLabels(labels, opened.Images.Count, input);
        Shape shape = opened.Images.ImageShape;
        Thumbnail thumbnail = new(shape[2], shape[1], shape[0]);
        float[] pixels = new float[shape.Count];
        return new RowSource
        {
            Name = input,
            Dimension = run.Network.Dimension,
            Labels = places,
            Classes = classes,
            // The rows of a data set are called by their class, which is no name.
            Names = Directory.Exists(input) ? opened.Names : null,
            Batches = Embedder.Batches(run.Network, opened.Images, progress),
            Thumbnails = new IndexThumbnails(thumbnail.Width, thumbnail.Height, thumbnail.Channels),
            Draw = (row, picture) =>
            {
                opened.Images.CopyImage(row, pixels);
                thumbnail.Draw(pixels, picture);
            },
        };
    }

    /// <summary>Embeddings from a file.</summary>
    /// <param name="path">An .npy of shape [n, D].</param>
    /// <param name="labels">An .npy of n integers; null: the rows have no classes.</param>
    /// <exception cref="UserErrorException">They cannot be read, or do not belong together.</exception>
    public static RowSource OfEmbeddings(string path, string? labels)
    {
        NpyHeader header = Npy.ReadHeader(path);
        if (header.Shape.Rank != 2 || header.Shape.Count == 0)
            throw new UserErrorException($"{path} has shape {header.Shape}; embeddings have [n, dimension]");
        int n = header.Shape[0];
        (int[] places, IReadOnlyList<string> classes) = labels is null
            ? (NoLabels(n), [])
            : ReadLabels(labels, n, path);
        return new RowSource
        {
            Name = path,
            Dimension = header.Shape[1],
            Labels = places,
            Classes = classes,
            Batches = ReadRows(path),
        };
    }

    static IEnumerable<ReadOnlyMemory<float>> ReadRows(string path)
    {
        const int partElements = 1 << 20;
        using NpyReader file = new(path);
        int n = file.Shape[0], d = file.Shape[1], most = Math.Clamp(partElements / d, 1, n);
        float[] part = new float[most * d];
        for (int first = 0; first < n; first += most)
        {
            int count = Math.Min(most, n - first) * d;
            file.Read((long)first * d, part.AsSpan(0, count));
            yield return part.AsMemory(0, count);
        }
    }

    static (int[] Labels, IReadOnlyList<string> Classes) ReadLabels(string path, int count, string rows)
    {
        long[] ids = ClassIds.Read(path, count, rows);
        ClassIds classes = ClassIds.Of([ids]);
        return (classes.Labels(ids), classes.Names);
    }

    /// <summary>
    /// The classes of a data set, or the first folders of an image folder's paths; one image alone has no class.
    /// </summary>
    static (int[] Labels, IReadOnlyList<string> Classes) ClassesOf(EmbeddingInput input, string from)
    {
        bool isFolder = Directory.Exists(from);
        if (input.Names is not { } names || !isFolder && File.Exists(from)) return (NoLabels(input.Images.Count), []);
        string?[] each = [.. names.Select(name => isFolder ? FirstFolder(name) : name)];
        string[] classes = [.. each.OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        Dictionary<string, int> places = classes.Index().ToDictionary(c => c.Item, c => c.Index);
        return ([.. each.Select(name => name is null ? -1 : places[name])], classes);
    }

    static string? FirstFolder(string path)
    {
        int end = path.AsSpan().IndexOfAny(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar);
        return end > 0 ? path[..end] : null;
    }

    static int[] NoLabels(int count)
    {
        int[] none = new int[count];
        Array.Fill(none, -1);
        return none;
    }
}
