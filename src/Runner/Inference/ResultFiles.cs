using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Inference;

/// <summary>Outputs as .npy files, written while they are computed.</summary>
static class ResultFiles
{
    /// <summary>Computes every batch and writes what is wanted of it.</summary>
    /// <param name="results">What the network gives.</param>
    /// <param name="wanted">Outputs by name, and where each goes.</param>
    /// <param name="progress">How far it is.</param>
    /// <returns>The extents of each file.</returns>
    /// <exception cref="UserErrorException">The disk is full, or rows cannot be read or computed.</exception>
    public static Shape[] Write(
        RowBatches results, IReadOnlyList<(string Name, string Path)> wanted, ProgressLine progress)
    {
        List<NpyWriter> files = [];
        try
        {
            int done = 0;
            Rate rate = new();
            foreach (IReadOnlyDictionary<string, NpyArray<float>> batch in results.Batches)
            {
                // The first error is the network's, not that of a folder that is not to be.
                if (files.Count == 0) files.AddRange(wanted.Select(file => new NpyWriter(file.Path, results.Rows)));
                for (int i = 0; i < wanted.Count; i++)
                {
                    NpyArray<float> part = batch[wanted[i].Name];
                    files[i].Append(part.Shape, part.Values);
                    if (i == 0 && part.Shape.Rank > 0) done += part.Shape[0];
                }
                if (results.Rows is { } rows) progress.Report(done, rows, () => rate.Text(done, rows, "row"));
            }
            foreach (NpyWriter file in files) file.Commit();
            return [.. files.Select(file => file.Shape)];
        }
        finally
        {
            foreach (NpyWriter file in files) file.Dispose();
        }
    }
}
