using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Data;

/// <summary>
/// Cuts out a random part of the image and scales it back to the whole size (torchvision's RandomResizedCrop): from
/// <paramref name="leastArea"/> to all of its area, up to a third wider or higher than the image's own proportions.
/// </summary>
public sealed class ResizeCrop(float leastArea) : IAugmentation
{
    const int Attempts = 10;
    const float MostStretch = 4f / 3;

    /// <inheritdoc/>
    public void Apply(Span<float> pixels, Shape shape, Philox random)
    {
        int height = shape[1], width = shape[2], plane = height * width;
        (float left, float top, float cropWidth, float cropHeight) = Draw(width, height, random);
        float[] source = new float[plane];
        for (int channel = 0; channel < shape[0]; channel++)
        {
            Span<float> to = pixels.Slice(channel * plane, plane);
            to.CopyTo(source);
            for (int y = 0; y < height; y++)
            {
                (int upper, int lower, float down) = Between(top, cropHeight, y, height);
                for (int x = 0; x < width; x++)
                {
                    (int before, int after, float right) = Between(left, cropWidth, x, width);
                    float above = Mix(source[upper * width + before], source[upper * width + after], right);
                    float below = Mix(source[lower * width + before], source[lower * width + after], right);
                    to[y * width + x] = Mix(above, below, down);
                }
            }
        }
    }

    /// <summary>A rectangle inside the image; the whole image where none is found.</summary>
    (float Left, float Top, float Width, float Height) Draw(int width, int height, Philox random)
    {
        for (int i = 0; i < Attempts; i++)
        {
            float area = leastArea + (1 - leastArea) * random.NextSingle();
            float stretch = MathF.Pow(MostStretch, random.NextSingle() - 0.5f);
            float cropWidth = width * MathF.Sqrt(area) * stretch, cropHeight = height * MathF.Sqrt(area) / stretch;
            if (cropWidth > width || cropHeight > height) continue;
            return (
                random.NextSingle() * (width - cropWidth), random.NextSingle() * (height - cropHeight), cropWidth,
                cropHeight);
        }
        return (0, 0, width, height);
    }

    /// <summary>
    /// The two source pixels around an output pixel's centre, and how far it is from the first to the second.
    /// </summary>
    static (int First, int Second, float Share) Between(float start, float extent, int place, int count)
    {
        float at = Math.Clamp(start + (place + 0.5f) * extent / count - 0.5f, 0, count - 1);
        int first = (int)at;
        return (first, Math.Min(first + 1, count - 1), at - first);
    }

    static float Mix(float a, float b, float share) => a + share * (b - a);
}
