namespace TripletGpu.Kernels.Normalization;

/// <summary>
/// Images of Channels planes of Plane elements each; a channel's elements lie in all images. Where a kernel takes a
/// block of a plane for each item, it has Each elements: 1 on a GPU, where neighbours read neighbours, more on a CPU.
/// </summary>
/// <param name="Images">Images.</param>
/// <param name="Channels">Planes of an image.</param>
/// <param name="Plane">Elements of a plane.</param>
/// <param name="Each">Elements of a block.</param>
/// <param name="ByPlane">Divides by Plane.</param>
/// <param name="ByBlocks">Divides by the blocks of a plane.</param>
/// <param name="ByChannels">Divides by Channels.</param>
public readonly record struct ChannelDims(
    int Images, int Channels, int Plane, int Each, Divider ByPlane, Divider ByBlocks, Divider ByChannels)
{
    /// <summary>The dimensions with their divisors.</summary>
    public static ChannelDims Of(int images, int channels, int plane, int each) => new(
        images, channels, plane, each, Divider.By(plane), Divider.By((plane + each - 1) / each), Divider.By(channels));

    /// <summary>Blocks of a plane.</summary>
    public int Blocks => (Plane + Each - 1) / Each;

    /// <summary>Elements of a channel.</summary>
    public int Count => Images * Plane;

    /// <summary>Where element i of a channel lies.</summary>
    public int At(int channel, int i) => (ByPlane.Quotient(i) * Channels + channel) * Plane
        + ByPlane.Remainder(i, ByPlane.Quotient(i));
}
