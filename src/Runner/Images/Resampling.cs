namespace TripletGpu.Runner.Images;

/// <summary>
/// Bilinear resizing with antialiasing, as Pillow and torchvision do it: an output pixel is the mean of the input
/// pixels under a triangle whose half-width is one output pixel, or one input pixel where the image grows.
/// </summary>
static class Resampling
{
    /// <summary>The image in another size.</summary>
    public static PixelImage Resize(PixelImage image, int width, int height)
    {
        if (image.Width == width && image.Height == height) return image;
        float[] rows = new float[image.Height * width * 3];
        Window[] columns = Windows(image.Width, width);
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<byte> from = image.Pixels.AsSpan(y * image.Width * 3, image.Width * 3);
            Span<float> to = rows.AsSpan(y * width * 3, width * 3);
            for (int x = 0; x < width; x++)
            {
                float red = 0, green = 0, blue = 0;
                (int first, float[] weights) = columns[x];
                for (int k = 0, at = first * 3; k < weights.Length; k++, at += 3)
                {
                    red += weights[k] * from[at];
                    green += weights[k] * from[at + 1];
                    blue += weights[k] * from[at + 2];
                }
                (to[3 * x], to[3 * x + 1], to[3 * x + 2]) = (red, green, blue);
            }
        }
        byte[] pixels = new byte[height * width * 3];
        float[] sum = new float[width * 3];
        Window[] lines = Windows(image.Height, height);
        for (int y = 0; y < height; y++)
        {
            Array.Clear(sum);
            for (int k = 0; k < lines[y].Weights.Length; k++)
            {
                float weight = lines[y].Weights[k];
                ReadOnlySpan<float> row = rows.AsSpan((lines[y].First + k) * width * 3, width * 3);
                for (int i = 0; i < row.Length; i++) sum[i] += weight * row[i];
            }
            Span<byte> to = pixels.AsSpan(y * width * 3, width * 3);
            for (int i = 0; i < to.Length; i++) to[i] = (byte)MathF.Round(Math.Clamp(sum[i], 0, 255));
        }
        return new PixelImage(width, height, pixels);
    }

    /// <summary>The input pixels that make up an output pixel, and their shares, which add up to 1.</summary>
    readonly record struct Window(int First, float[] Weights);

    static Window[] Windows(int from, int to)
    {
        double scale = (double)from / to, reach = Math.Max(scale, 1);
        Window[] windows = new Window[to];
        for (int i = 0; i < to; i++)
        {
            double centre = (i + 0.5) * scale;
            int first = Math.Max(0, (int)(centre - reach + 0.5)), end = Math.Min(from, (int)(centre + reach + 0.5));
            double[] shares = [.. Enumerable.Range(first, end - first)
                .Select(pixel => Math.Max(0, 1 - Math.Abs((pixel + 0.5 - centre) / reach)))];
            double all = shares.Sum();
            windows[i] = new Window(first, [.. shares.Select(share => (float)(share / all))]);
        }
        return windows;
    }
}
