using TripletGpu.Models;
using TripletGpu.Models.Search;
using TripletGpu.Models.Text;

namespace TripletGpu.Runner.Search;

/// <summary>What becomes of an index: made, added to, removed from; each writes a whole new file.</summary>
static class IndexEdits
{
    const int PartRows = 4096;

    /// <summary>An index of a source's rows.</summary>
    public static IndexContent Build(RowSource rows, IndexStorage storage, IndexModel? model, bool hasPictures) => new()
    {
        Name = rows.Name,
        Dimension = rows.Dimension,
        Labels = rows.Labels,
        Classes = rows.Classes,
        Names = rows.Names,
        Batches = rows.Batches,
        Storage = storage,
        Thumbnails = hasPictures ? rows.Thumbnails : null,
        Thumbnail = hasPictures ? rows.Draw : null,
        Model = model,
    };

    /// <summary>An index with more rows behind its own.</summary>
    /// <exception cref="UserErrorException">They are of another width.</exception>
    public static IndexContent Add(IndexFile index, string path, RowSource rows)
    {
        IndexHeader header = index.Header;
        if (rows.Dimension != header.Dimension)
            throw new UserErrorException(
                $"{rows.Name} has embeddings of {Counted.Of(rows.Dimension, "value")}, {path} of {header.Dimension}");
        string[] classes = [.. index.Classes.Concat(rows.Classes).Distinct()];
        Dictionary<string, int> places = classes.Index().ToDictionary(c => c.Item, c => c.Index);
        bool hasNames = header.NameBytes is not null || rows.Names is not null;
        return new IndexContent
        {
            Name = rows.Name,
            Dimension = header.Dimension,
            Labels =
            [
                .. index.Labels,
                .. rows.Labels.Select(label => label < 0 ? -1 : places[rows.Classes[label]]),
            ],
            Classes = classes,
            Names = hasNames
                ? [
                    .. Enumerable.Range(0, header.Rows).Select(row => index.Name(row) ?? $"row {row}"),
                    .. Enumerable.Range(0, rows.Labels.Length).Select(rows.NameOf),
                ]
                : null,
            Batches = Rows(index, null).Concat(rows.Batches),
            Storage = header.Storage,
            Thumbnails = header.Thumbnails,
            Thumbnail = (row, picture) =>
            {
                if (row < header.Rows) index.Thumbnail(row).CopyTo(picture);
                else if (rows.Thumbnails == header.Thumbnails) rows.Draw!(row - header.Rows, picture);
                else picture.Clear();
            },
            Model = header.Model,
        };
    }

    /// <summary>An index of some of its rows.</summary>
    /// <param name="index">The index.</param>
    /// <param name="path">Its file.</param>
    /// <param name="kept">The rows that stay, ascending.</param>
    public static IndexContent Keep(IndexFile index, string path, int[] kept)
    {
        int[] used = [.. kept.Select(row => index.Labels[row]).Where(label => label >= 0).Distinct().Order()];
        Dictionary<int, int> places = used.Index().ToDictionary(c => c.Item, c => c.Index);
        return new IndexContent
        {
            Name = path,
            Dimension = index.Header.Dimension,
            Labels = [.. kept.Select(row => index.Labels[row] < 0 ? -1 : places[index.Labels[row]])],
            Classes = [.. used.Select(label => index.Classes[label])],
            Names = index.Header.NameBytes is null ? null : [.. kept.Select(row => index.Name(row)!)],
            Batches = Rows(index, kept),
            Storage = index.Header.Storage,
            Thumbnails = index.Header.Thumbnails,
            Thumbnail = (row, picture) => index.Thumbnail(kept[row]).CopyTo(picture),
            Model = index.Header.Model,
        };
    }

    /// <summary>The embeddings of an index, or of some of its rows.</summary>
    static IEnumerable<ReadOnlyMemory<float>> Rows(IndexFile index, int[]? kept)
    {
        int d = index.Header.Dimension, next = 0;
        float[] part = new float[Math.Min(PartRows, index.Header.Rows) * d];
        for (int first = 0; first < index.Header.Rows; first += PartRows)
        {
            int count = Math.Min(PartRows, index.Header.Rows - first), stay = 0;
            index.ReadRows(first, part.AsSpan(0, count * d));
            if (kept is null) stay = count;
            else
                for (; next < kept.Length && kept[next] < first + count; next++)
                    part.AsSpan((kept[next] - first) * d, d).CopyTo(part.AsSpan(stay++ * d));
            if (stay > 0) yield return part.AsMemory(0, stay * d);
        }
    }
}
