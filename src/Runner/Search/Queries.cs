using TripletGpu.Models;
using TripletGpu.Models.Search;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Embedding;
using TripletGpu.Runner.Networks;

namespace TripletGpu.Runner.Search;

/// <summary>What is looked for in an index: images, or embeddings of its width.</summary>
sealed class Queries
{
    readonly List<(RowSource Source, int Row)> rows = [];

    Queries(IReadOnlyList<RowSource> sources)
    {
        Values = sources.Count == 1 ? sources[0].Read() : [.. sources.SelectMany(source => source.Read())];
        foreach (RowSource source in sources)
            for (int i = 0; i < source.Labels.Length; i++) rows.Add((source, i));
    }

    /// <summary>(Q, D), row by row.</summary>
    public float[] Values { get; }

    /// <summary>Q.</summary>
    public int Count => rows.Count;

    /// <summary>What a query is called.</summary>
    public string Name(int query) => rows[query].Source.NameOf(rows[query].Row);

    /// <summary>The class that a query is known to have; null: not known.</summary>
    public string? Class(int query)
    {
        (RowSource source, int row) = rows[query];
        return source.Labels[row] < 0 ? null : source.Classes[source.Labels[row]];
    }

    /// <summary>A query's picture; null where it is an embedding.</summary>
    public (IndexThumbnails Kind, byte[] Picture)? Picture(int query)
    {
        (RowSource source, int row) = rows[query];
        if (source is not { Thumbnails: { } kind, Draw: { } draw }) return null;
        byte[] picture = new byte[kind.Bytes];
        draw(row, picture);
        return (kind, picture);
    }

    /// <summary>Opens and embeds them.</summary>
    /// <param name="inputs">Images, folders, .npy files, data sets.</param>
    /// <param name="labels">An .npy with the classes of the only input; null: what the inputs say themselves.</param>
    /// <param name="index">The index that they are for.</param>
    /// <param name="path">Its file.</param>
    /// <param name="run">Where its run lies now; null: where it lay.</param>
    /// <param name="device">Where the network runs.</param>
    /// <param name="progress">How far it is.</param>
    /// <exception cref="UserErrorException">
    /// They cannot be read, are not what the network takes, or not of the index's width.
    /// </exception>
    public static Queries Open(
        IReadOnlyList<string> inputs, string? labels, IndexHeader index, string path, string? run, Device device,
        ProgressLine progress)
    {
        if (labels is not null && inputs.Count != 1)
            throw new UserErrorException($"--labels belongs to one input, but there are {inputs.Count}");
        if (inputs.FirstOrDefault(IsMissing) is { } missing) throw new UserErrorException($"{missing}: no such file");
        FinishedRun? finished = null;
        try
        {
            if (run is not null || inputs.Any(input => !IsEmbeddings(input)))
                finished = ModelIdentity.Open(index, path, run, device);
            List<RowSource> sources = [];
            foreach (string input in inputs)
            {
                RowSource source = IsEmbeddings(input)
                    ? RowSource.OfEmbeddings(input, labels)
                    : RowSource.OfImages(finished!, input, labels, isStrict: true, progress);
                if (source.Dimension != index.Dimension)
                    throw new UserErrorException(
                        $"{input} has embeddings of {Counted.Of(source.Dimension, "value")}, {path} of"
                        + $" {index.Dimension}");
                sources.Add(source);
            }
            return new Queries(sources);
        }
        finally
        {
            finished?.Dispose();
        }
    }

    static bool IsMissing(string input) =>
        !input.StartsWith(EmbeddingInput.DatasetPrefix, StringComparison.Ordinal) && !Path.Exists(input);

    /// <summary>Whether an input is an array of embeddings.</summary>
    public static bool IsEmbeddings(string input) =>
        input.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) && File.Exists(input)
        && Npy.ReadHeader(input).Shape.Rank == 2;
}
