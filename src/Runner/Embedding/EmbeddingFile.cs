using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Embedding;

/// <summary>
/// Embeddings as a file: .npy, or .tsv with metadata beside it, as the embedding projector reads them.
/// </summary>
static class EmbeddingFile
{
    /// <summary>Checks a name before anything is computed.</summary>
    /// <exception cref="UserErrorException">The name ends neither in .npy nor in .tsv.</exception>
    public static void CheckName(string path)
    {
        if (!IsTable(path) && Path.GetExtension(path) != ".npy")
            throw new UserErrorException($"--out {path}: the name must end in .npy or .tsv");
    }

    /// <summary>Writes the embeddings while they are computed.</summary>
    /// <param name="path">The file; a table's metadata goes to <c>name.metadata.tsv</c>.</param>
    /// <param name="batches">The embeddings, some rows at a time.</param>
    /// <param name="dimension">The width of a row.</param>
    /// <param name="input">What the rows are.</param>
    /// <exception cref="UserErrorException">The disk is full, or the folder cannot be written.</exception>
    public static void Write(
        string path, IEnumerable<ReadOnlyMemory<float>> batches, int dimension, EmbeddingInput input)
    {
        if (!IsTable(path))
        {
            using NpyWriter array = new(path, input.Images.Count);
            foreach (ReadOnlyMemory<float> batch in batches)
                array.Append(new Shape(batch.Length / dimension, dimension), batch);
            array.Commit();
            return;
        }
        using PendingFile table = new(path);
        foreach (ReadOnlyMemory<float> batch in batches)
            table.Write(stream => WriteRows(stream, batch.Span, dimension));
        table.Commit();
        AtomicFile.Write(Path.ChangeExtension(path, ".metadata.tsv"), stream =>
        {
            using StreamWriter writer = new(stream, leaveOpen: true);
            writer.Write(input.Names is null ? "" : "row\tname\n"); // a single column has no heading
            for (int i = 0; i < input.Images.Count; i++)
                writer.Write(input.Names is null ? $"{i}\n" : $"{i}\t{OneCell(input.Names[i])}\n");
        });
    }

    /// <summary>Rows of numbers with tabs between, in digits that give the same floats again.</summary>
    public static void WriteRows(Stream stream, ReadOnlySpan<float> embeddings, int dimension)
    {
        using StreamWriter writer = new(stream, leaveOpen: true);
        for (int i = 0; i < embeddings.Length; i++)
        {
            writer.Write(embeddings[i].ToString("R", CultureInfo.InvariantCulture));
            writer.Write((i + 1) % dimension == 0 ? '\n' : '\t');
        }
    }

    /// <summary>A name without what would end its cell or its line: file names may hold any of them.</summary>
    public static string OneCell(string name) => string.Create(name.Length, name, (cell, from) =>
    {
        for (int i = 0; i < cell.Length; i++)
            cell[i] = char.IsControl(from[i]) || from[i] is '\u2028' or '\u2029' ? ' ' : from[i];
    });

    static bool IsTable(string path) => Path.GetExtension(path) == ".tsv";
}
