namespace TripletGpu.Kernels.Normalization;

/// <summary>Where an item stands among the elements of a channel, of which it takes every N-th.</summary>
public struct ChannelWalk
{
    /// <summary>Where the element lies.</summary>
    public int At;

    // Its place in its plane, and what a step adds to both.
    int place, stepAt, stepPlace;

    /// <summary>Stands at an element, which need not exist.</summary>
    /// <param name="walk">The place.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="first">The element.</param>
    /// <param name="step">Elements from one to the next.</param>
    /// <param name="d">The images.</param>
    public static void Start(out ChannelWalk walk, int channel, int first, int step, ChannelDims d)
    {
        int image = d.ByPlane.Quotient(first), images = d.ByPlane.Quotient(step);
        walk.place = d.ByPlane.Remainder(first, image);
        walk.At = (image * d.Channels + channel) * d.Plane + walk.place;
        walk.stepPlace = d.ByPlane.Remainder(step, images);
        walk.stepAt = images * d.Channels * d.Plane + walk.stepPlace;
    }

    /// <summary>The next element; into the next image where the plane ends.</summary>
    public static void Next(ref ChannelWalk walk, ChannelDims d)
    {
        walk.At += walk.stepAt;
        walk.place += walk.stepPlace;
        if (walk.place >= d.Plane)
        {
            walk.place -= d.Plane;
            walk.At += (d.Channels - 1) * d.Plane;
        }
    }
}
