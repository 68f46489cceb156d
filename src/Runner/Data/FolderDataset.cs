namespace TripletGpu.Runner.Data;

/// <summary>Labelled image files, decoded when they are asked for.</summary>
/// <param name="name">For messages and reports.</param>
/// <param name="files">The files; several data sets may share them.</param>
/// <param name="members">Which of the files belong to this data set, in its order.</param>
/// <param name="labels">The class of each member.</param>
/// <param name="classNames">By label.</param>
sealed class FolderDataset(
    string name, ImageFiles files, int[] members, int[] labels, IReadOnlyList<string> classNames) : IImageDataset
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public Shape ImageShape => files.Shape;

    /// <inheritdoc/>
    public int Count => members.Length;

    /// <inheritdoc/>
    public ReadOnlySpan<int> Labels => labels;

    /// <inheritdoc/>
    public int Classes => classNames.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => classNames;

    /// <inheritdoc/>
    public bool IsCostly => true;

    /// <summary>The file of each image.</summary>
    public IEnumerable<string> Paths => members.Select(member => files.Paths[member]);

    /// <inheritdoc/>
    public void CopyImage(int index, Span<float> pixels) => files.Copy(members[index], pixels);
}
