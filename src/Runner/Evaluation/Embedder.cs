using TripletGpu.Collectives;
using TripletGpu.Inference;
using TripletGpu.Models;
using TripletGpu.Models.Evaluation;
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
    /// <param name="ranks">Who embeds together; every rank gets all embeddings.</param>
    /// <exception cref="OperationCanceledException">It, or another rank, was stopping.</exception>
    /// <exception cref="UserErrorException">An embedding is not finite.</exception>
    public static float[] Embed(
        EmbeddingNetwork network, IImageDataset images, ProgressLine progress, CancellationToken stopping = default,
        ICollective? ranks = null)
    {
        float[] embeddings = new float[(long)images.Count * network.Dimension];
        int done = 0;
        foreach (ReadOnlyMemory<float> batch in Batches(network, images, progress, stopping, ranks))
        {
            batch.CopyTo(embeddings.AsMemory(done));
            done += batch.Length;
        }
        return embeddings;
    }

    /// <summary>The same, one batch of rows after the other; each is overwritten by the next.</summary>
    public static IEnumerable<ReadOnlyMemory<float>> Batches(
        EmbeddingNetwork network, IImageDataset images, ProgressLine progress, CancellationToken stopping = default,
        ICollective? ranks = null)
    {
        bool wasTraining = network.IsTraining;
        using PlannedNetwork planned = new(network);
        try
        {
            int width = network.Dimension, pixels = (int)images.ImageShape.Count, size = ranks?.Size ?? 1;
            Shape one = new([1, .. images.ImageShape.ToArray()]);
            int most = Math.Min(images.Count, RowsAtOnce(planned, one, ranks));
            float[] embeddings = new float[(long)size * most * width], batch = new float[most * pixels];
            Rate rate = new();
            foreach ((int start, int count) in RowBatches.Split(images.Count, size * most))
            {
                Meeting.ThrowIfStopping(ranks, stopping);
                (int first, int end) = Meeting.Share(ranks, count);
                Memory<float> own = embeddings.AsMemory(first * width, (end - first) * width);
                images.Read(end - first, i => images.CopyImage(start + first + i, batch.AsSpan(i * pixels, pixels)));
                if (end > first)
                    planned.Run(one.With(0, end - first), batch.AsSpan(0, (end - first) * pixels), own.Span);
                ranks?.AllGather<float>(
                    own.Span, embeddings.AsSpan(0, count * width),
                    Array.ConvertAll(Shares.Counts(count, size), rows => rows * width));
                progress.Report(
                    start + count, images.Count,
                    () => $"embedding {images.Name}: {rate.Text(start + count, images.Count, "image")}");
                Memory<float> rows = embeddings.AsMemory(0, count * width);
                if (NonFinite.First(rows.Span) is >= 0 and var wrong)
                    throw new UserErrorException(
                        $"{images.Name}: the embedding of image {start + wrong / width} (from 0) holds NaN or infinity:"
                        + " the image's values are too large, or the network has diverged");
                yield return rows;
            }
        }
        finally
        {
            network.Train(wasTraining);
        }
    }

    /// <summary>As many rows as each rank can run at once.</summary>
    static int RowsAtOnce(PlannedNetwork planned, Shape one, ICollective? ranks)
    {
        int[] least = [-planned.RowsAtOnce(one)];
        ranks?.AllReduceMax<int>(least);
        return -least[0];
    }
}
