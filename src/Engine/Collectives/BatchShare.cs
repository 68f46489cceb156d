namespace TripletGpu.Collectives;

/// <summary>A rank's rows of a batch that several ranks have between them: a run of neighbouring rows.</summary>
/// <param name="Collective">The ranks.</param>
/// <param name="Rows">The rows of the whole batch.</param>
public sealed record BatchShare(ICollective Collective, int Rows)
{
    /// <summary>The first row of this rank.</summary>
    public int First => Shares.First(Rows, Collective.Rank, Collective.Size);

    /// <summary>How many rows this rank has.</summary>
    public int Count => Counts[Collective.Rank];

    /// <summary>How many rows each rank has.</summary>
    public int[] Counts { get; } = Shares.Counts(Rows, Collective.Size);

    /// <summary>
    /// The rows of all ranks as a leaf of the tape that wants a gradient: what is computed from it, each rank computes
    /// for all rows.
    /// </summary>
    /// <param name="own">(<see cref="Count"/>, D).</param>
    /// <returns>(<see cref="Rows"/>, D).</returns>
    public Tensor Gather(Tensor own)
    {
        int width = own.Shape[1];
        float[] all = new float[(long)Rows * width];
        Collective.AllGather(own.ToArray(), all.AsSpan(), ValuesOf(width));
        Tensor leaf = own.Device.Tensor(new Shape(Rows, width), all);
        leaf.RequiresGradient = true;
        return leaf;
    }

    /// <summary>
    /// The gradient of this rank's rows from every rank's part of the gradient of all rows: each row collects what it
    /// is as an anchor here, and as a positive or a negative of anchors elsewhere.
    /// </summary>
    /// <param name="partOfAll">(<see cref="Rows"/>, D): what this rank's part of the loss adds.</param>
    /// <returns>(<see cref="Count"/>, D).</returns>
    public Tensor ReduceScatter(Tensor partOfAll)
    {
        int width = partOfAll.Shape[1];
        float[] own = new float[(long)Count * width];
        Collective.ReduceScatter(partOfAll.ToArray(), own.AsSpan(), ValuesOf(width));
        return partOfAll.Device.Tensor(new Shape(Count, width), own);
    }

    /// <summary>The values of each rank's rows of so many values.</summary>
    int[] ValuesOf(int width) => Array.ConvertAll(Counts, rows => checked(rows * width));
}
