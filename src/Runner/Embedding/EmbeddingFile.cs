using System.Globalization;
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

    /// <summary>Writes the embeddings, row by row.</summary>
    /// <param name="path">The file; a table's metadata goes to <c>name.metadata.tsv</c>.</param>
    /// <param name="embeddings">Row by row.</param>
    /// <param name="dimension">The width of a row.</param>
    /// <param name="input">What the rows are.</param>
    public static void Write(string path, float[] embeddings, int dimension, EmbeddingInput input)
    {
        int count = embeddings.Length / dimension;
        if (!IsTable(path))
        {
            Npy.Write(path, new Shape(count, dimension), embeddings);
            return;
        }
        AtomicFile.Write(path, stream =>
        {
            using StreamWriter writer = new(stream, leaveOpen: true);
            for (int i = 0; i < count; i++)
            {
                for (int k = 0; k < dimension; k++)
                {
                    if (k > 0) writer.Write('\t');
                    writer.Write(embeddings[i * dimension + k].ToString("R", CultureInfo.InvariantCulture));
                }
                writer.Write('\n');
            }
        });
        AtomicFile.Write(Path.ChangeExtension(path, ".metadata.tsv"), stream =>
        {
            using StreamWriter writer = new(stream, leaveOpen: true);
            writer.Write(input.Names is null ? "" : "row\tname\n"); // a single column has no heading
            for (int i = 0; i < count; i++)
                writer.Write(input.Names is null ? $"{i}\n" : $"{i}\t{OneCell(input.Names[i])}\n");
        });
    }

    /// <summary>A name without what would end its cell or its line: file names may hold any of them.</summary>
    static string OneCell(string name) => string.Create(name.Length, name, (cell, from) =>
    {
        for (int i = 0; i < cell.Length; i++)
            cell[i] = char.IsControl(from[i]) || from[i] is '\u2028' or '\u2029' ? ' ' : from[i];
    });

    static bool IsTable(string path) => Path.GetExtension(path) == ".tsv";
}
