namespace TripletGpu.Runner.Data;

/// <summary>
/// Images with their labels, ready for upload. A batch is a buffer that is filled again and again: who gets one from a
/// <see cref="BatchPrefetcher"/> holds it until asking for the next.
/// </summary>
public sealed class Batch
{
    /// <param name="size">How many images.</param>
    /// <param name="imageShape">(C, H, W) of each.</param>
    /// <param name="total">How many the batch has on all ranks together; null: these are all.</param>
    public Batch(int size, Shape imageShape, int? total = null)
    {
        Shape = new Shape([size, .. imageShape.ToArray()]);
        Pixels = new float[Shape.Count];
        Labels = new int[size];
        Indices = new int[size];
        AllLabels = total is { } all ? new int[all] : Labels;
    }

    /// <summary>The number of images.</summary>
    public int Size => Labels.Length;

    /// <summary>(N, C, H, W).</summary>
    public Shape Shape { get; }

    /// <summary>The images, N C H W.</summary>
    public float[] Pixels { get; }

    /// <summary>The class of each image.</summary>
    public int[] Labels { get; }

    /// <summary>The classes of the whole batch, where ranks have it between them.</summary>
    public int[] AllLabels { get; }

    /// <summary>Where each image lies in the data set.</summary>
    public int[] Indices { get; }

    /// <summary>Which batch this is.</summary>
    public BatchPosition Position { get; internal set; }
}

/// <summary>A batch's place in the training; what a checkpoint stores to resume in mid-epoch.</summary>
/// <param name="Epoch">From 0.</param>
/// <param name="Index">The batch within the epoch, from 0.</param>
public readonly record struct BatchPosition(int Epoch, int Index)
{
    /// <summary>The place of the batch after this one.</summary>
    public BatchPosition Next(int batchesPerEpoch) =>
        Index + 1 < batchesPerEpoch ? new(Epoch, Index + 1) : new(Epoch + 1, 0);

    /// <summary>The place after <paramref name="steps"/> batches.</summary>
    public static BatchPosition After(long steps, int batchesPerEpoch) =>
        new(checked((int)(steps / batchesPerEpoch)), (int)(steps % batchesPerEpoch));
}
