using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Data;

/// <summary>
/// Pads by zeros on all sides and cuts the old size out at a random place: a shift by up to <paramref name="padding"/>
/// pixels each way (the usual augmentation of CIFAR-10 with 4).
/// </summary>
public sealed class PadCrop(int padding) : IAugmentation
{
    /// <inheritdoc/>
    public void Apply(Span<float> pixels, Shape shape, Philox random)
    {
        int down = random.NextInt32(2 * padding + 1) - padding, right = random.NextInt32(2 * padding + 1) - padding;
        int height = shape[1], width = shape[2], plane = height * width;
        for (int channel = 0; channel < shape[0]; channel++)
            Shift(pixels.Slice(channel * plane, plane), height, width, down, right);
    }

    /// <summary>
    /// Row h takes row h - down, shifted to the right; rows go in the order that reads each before it is replaced.
    /// </summary>
    static void Shift(Span<float> plane, int height, int width, int down, int right)
    {
        for (int i = 0; i < height; i++)
        {
            int h = down > 0 ? height - 1 - i : i;
            Span<float> to = plane.Slice(h * width, width);
            int from = h - down;
            if (from < 0 || from >= height || Math.Abs(right) >= width)
            {
                to.Clear();
                continue;
            }
            Span<float> row = plane.Slice(from * width, width);
            // CopyTo is safe where the two overlap, as they do when down is 0.
            if (right >= 0) row[..(width - right)].CopyTo(to[right..]);
            else row[-right..].CopyTo(to);
            if (right >= 0) to[..right].Clear();
            else to[(width + right)..].Clear();
        }
    }
}
