using TripletGpu.Inference;
using TripletGpu.Models;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Evaluation;

/// <summary>Turns the images of a data set into embeddings, batch by batch.</summary>
static class Embedder
{
    // A batch is smaller where images are large, as its activations are larger still.
    const int MostImages = 500, MostPixels = 1 << 21;

    /// <summary>The embeddings of every image, row by row, with the network in inference mode.</summary>
    /// <param name="network">Left in the mode that it was in.</param>
    /// <param name="images">Of the network's image shape.</param>
    /// <param name="progress">How far it is.</param>
    /// <param name="stopping">Obeyed between batches.</param>
    /// <exception cref="OperationCanceledException">It was stopping.</exception>
    public static float[] Embed(
        EmbeddingNetwork network, IImageDataset images, ProgressLine progress, CancellationToken stopping = default)
    {
        bool wasTraining = network.IsTraining;
        using PlannedNetwork planned = new(network);
        try
        {
            int width = network.Dimension, pixels = (int)images.ImageShape.Count;
            int batchSize = Math.Clamp(MostPixels / pixels, 1, MostImages);
            float[] embeddings = new float[(long)images.Count * width], batch = new float[batchSize * pixels];
            for (int start = 0; start < images.Count; start += batchSize)
            {
                stopping.ThrowIfCancellationRequested();
                int count = Math.Min(batchSize, images.Count - start);
                int from = start;
                images.Read(count, i => images.CopyImage(from + i, batch.AsSpan(i * pixels, pixels)));
                planned.Run(
                    new Shape([count, .. images.ImageShape.ToArray()]), batch.AsSpan(0, count * pixels),
                    embeddings.AsSpan(start * width, count * width));
                progress.Report(
                    start + count, images.Count,
                    () => $"embedding {images.Name}: {start + count:N0} of {images.Count:N0}");
            }
            return embeddings;
        }
        finally
        {
            network.Train(wasTraining);
        }
    }
}
