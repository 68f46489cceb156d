using TripletGpu.Ops;

namespace TripletGpu.Engine.Tests.Backends;

/// <summary>Maps in blocks of channels, and back.</summary>
static class BlockedMaps
{
    /// <summary>(N, C, H, W) in blocks of so many channels, or as planes again.</summary>
    public static Tensor Turned(Tensor map, int channels, bool intoBlocks)
    {
        Shape shape = map.Shape;
        int pixels = shape[2] * shape[3], blocks = shape[1] / channels;
        (int a, int b) = intoBlocks ? (channels, pixels) : (pixels, channels);
        return map.Reshape(shape[0], blocks, a, b).Permute(0, 1, 3, 2)
            .Reshape(shape[0], shape[1], shape[2], shape[3]);
    }

    /// <summary>A map that says that it lies in blocks of so many channels; for 0 the same.</summary>
    public static Tensor InBlocks(Tensor map, int channels)
    {
        if (channels == 0) return map;
        Tensor turned = Turned(map, channels, intoBlocks: true);
        turned.ChannelBlock = channels;
        return turned;
    }

    /// <summary>The values as the shape says, of a map that may lie in blocks.</summary>
    public static Tensor InPlanes(Tensor map)
    {
        if (map.ChannelBlock is not (> 0 and int channels)) return map;
        map.ChannelBlock = 0;
        return Turned(map, channels, intoBlocks: false);
    }
}
