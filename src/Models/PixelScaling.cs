using TripletGpu.Ops;

namespace TripletGpu.Models;

/// <summary>
/// What is done to pixels in [0, 1], red before green before blue, before a network's first layer sees them, as its
/// weights want it: <c>y = scale * x + shift</c> a channel. ImageNet's (x - mean) / deviation, [-1, 1] and the [0, 255]
/// of Caffe's networks are all of this form.
/// </summary>
/// <param name="ReversesChannels">Whether the network takes blue before green before red.</param>
/// <param name="Scale">One factor a channel, in the network's order.</param>
/// <param name="Shift">What is added after it.</param>
public sealed record PixelScaling(bool ReversesChannels, IReadOnlyList<float> Scale, IReadOnlyList<float> Shift)
{
    /// <summary>Images (N, C, H, W) as the network takes them.</summary>
    public Tensor Apply(Tensor images)
    {
        int channels = Scale.Count;
        Shape each = new(1, channels, 1, 1);
        if (ReversesChannels) images = images.Slice(1, channels - 1, channels, -1);
        return images.Multiply(images.Device.Tensor(each, [.. Scale])).Add(images.Device.Tensor(each, [.. Shift]));
    }
}
