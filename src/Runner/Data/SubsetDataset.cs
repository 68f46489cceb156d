namespace TripletGpu.Runner.Data;

/// <summary>Some images of a data set.</summary>
/// <param name="name">For messages and reports.</param>
/// <param name="whole">The data set.</param>
/// <param name="members">Their places in it.</param>
sealed class SubsetDataset(string name, IImageDataset whole, int[] members) : IImageDataset
{
    readonly int[] labels = Array.ConvertAll(members, member => whole.Labels[member]);

    /// <summary>The data set that these are of.</summary>
    public IImageDataset Whole => whole;

    /// <summary>The places of the images in <see cref="Whole"/>.</summary>
    public ReadOnlySpan<int> Members => members;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Shape ImageShape => whole.ImageShape;

    /// <inheritdoc/>
    public int Count => members.Length;

    /// <inheritdoc/>
    public ReadOnlySpan<int> Labels => labels;

    /// <inheritdoc/>
    public int Classes => whole.Classes;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => whole.ClassNames;

    /// <inheritdoc/>
    public bool IsCostly => whole.IsCostly;

    /// <inheritdoc/>
    public long IdOf(int label) => whole.IdOf(label);

    /// <inheritdoc/>
    public string? PathOf(int index) => whole.PathOf(members[index]);

    /// <inheritdoc/>
    public void CopyImage(int index, Span<float> pixels) => whole.CopyImage(members[index], pixels);
}
