using TripletGpu.Inference;
using TripletGpu.Models;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Inference;

namespace TripletGpu.Runner.Evaluation;

/// <summary>Turns the images of a data set into embeddings, batch by batch.</summary>
static class Embedder
{
    /// <summary>The embeddings of every image, row by row, with the network in inference mode.</summary>
    /// <param name="network">Left in the mode that it was in.</param>
    /// <param name="images">Of the network's image shape.</param>
    /// <param name="progress">How far it is.</param>
    /// <param name="stopping">Obeyed between batches.</param>
    /// <exception cref="OperationCanceledException">It was stopping.</exception>
    public static float[] Embed(
        EmbeddingNetwork network, IImageDataset images, ProgressLine progress, CancellationToken stopping = default)
    {
        float[] embeddings = new float[(long)images.Count * network.Dimension];
        int done = 0;
        foreach (ReadOnlyMemory<float> batch in Batches(network, images, progress, stopping))
        {
            batch.CopyTo(embeddings.AsMemory(done));
            done += batch.Length;
        }
        return embeddings;
    }

    /// <summary>The same, one batch of rows after the other; each is overwritten by the next.</summary>
    public static IEnumerable<ReadOnlyMemory<float>> Batches(
        EmbeddingNetwork network, IImageDataset images, ProgressLine progress, CancellationToken stopping = default)
    {
        bool wasTraining = network.IsTraining;
        using PlannedNetwork planned = new(network);
        try
        {
            int width = network.Dimension, pixels = (int)images.ImageShape.Count;
            Shape one = new([1, .. images.ImageShape.ToArray()]);
            int most = Math.Min(images.Count, planned.RowsAtOnce(one));
            float[] embeddings = new float[most * width], batch = new float[most * pixels];
            Rate rate = new();
            foreach ((int start, int count) in RowBatches.Split(images.Count, most))
            {
                stopping.ThrowIfCancellationRequested();
                images.Read(count, i => images.CopyImage(start + i, batch.AsSpan(i * pixels, pixels)));
                planned.Run(one.With(0, count), batch.AsSpan(0, count * pixels), embeddings.AsSpan(0, count * width));
                progress.Report(
                    start + count, images.Count,
                    () => $"embedding {images.Name}: {rate.Text(start + count, images.Count, "images")}");
                yield return embeddings.AsMemory(0, count * width);
            }
        }
        finally
        {
            network.Train(wasTraining);
        }
    }
}
