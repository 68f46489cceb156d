using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TripletGpu.Runner.Images;

/// <summary>
/// Bilinear resizing with antialiasing, as Pillow and torchvision do it: an output pixel is the mean of the input
/// pixels under a triangle whose half-width is one output pixel, or one input pixel where the image grows.
/// </summary>
static class Resampling
{
    const int Channels = 3;

    /// <summary>The image in another size.</summary>
    public static PixelImage Resize(PixelImage image, int width, int height) =>
        ResizeMiddle(image, width, height, width, height);

    /// <summary>The middle of the image in another size; nothing is computed of the rest.</summary>
    /// <param name="image">The image.</param>
    /// <param name="width">Columns of the whole image in the other size.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="middleWidth">Columns of the middle, at most <paramref name="width"/>.</param>
    /// <param name="middleHeight">Its rows.</param>
    public static PixelImage ResizeMiddle(PixelImage image, int width, int height, int middleWidth, int middleHeight)
    {
        bool isSame = image.Width == width && image.Height == height;
        if (isSame && middleWidth == width && middleHeight == height) return image;
        Window[] columns = Windows(image.Width, width, middleWidth);
        Window[] lines = Windows(image.Height, height, middleHeight);
        int first = columns[0].First, end = columns[^1].First + columns[^1].Weights.Length;
        // One more, as pixels are read in fours.
        float[] mixed = new float[(end - first) * Channels + 1];
        byte[] pixels = new byte[middleHeight * middleWidth * Channels];
        for (int y = 0; y < middleHeight; y++)
        {
            Array.Clear(mixed);
            for (int k = 0; k < lines[y].Weights.Length; k++)
            {
                int from = ((lines[y].First + k) * image.Width + first) * Channels;
                Add(lines[y].Weights[k], image.Pixels.AsSpan(from, mixed.Length - 1), mixed);
            }
            MixColumns(mixed, first, columns, pixels.AsSpan(y * middleWidth * Channels, middleWidth * Channels));
        }
        return new PixelImage(middleWidth, middleHeight, pixels);
    }

    /// <summary>sum += weight * row.</summary>
    static void Add(float weight, ReadOnlySpan<byte> row, Span<float> sum)
    {
        int i = 0, lanes = Vector<float>.Count;
        for (; i + Vector<byte>.Count <= row.Length; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(row[i..]), out Vector<ushort> low, out Vector<ushort> high);
            Vector.Widen(low, out Vector<uint> a, out Vector<uint> b);
            Vector.Widen(high, out Vector<uint> c, out Vector<uint> d);
            AddTo(sum[i..], weight, a);
            AddTo(sum[(i + lanes)..], weight, b);
            AddTo(sum[(i + 2 * lanes)..], weight, c);
            AddTo(sum[(i + 3 * lanes)..], weight, d);
        }
        for (; i < row.Length; i++) sum[i] += weight * row[i];
    }

    static void AddTo(Span<float> sum, float weight, Vector<uint> values) =>
        (new Vector<float>(sum) + weight * Vector.ConvertToSingle(Vector.AsVectorInt32(values))).CopyTo(sum);

    static void MixColumns(ReadOnlySpan<float> mixed, int first, Window[] columns, Span<byte> to)
    {
        ref float start = ref MemoryMarshal.GetReference(mixed);
        for (int x = 0; x < columns.Length; x++)
        {
            Vector128<float> sum = default;
            float[] weights = columns[x].Weights;
            nuint at = (nuint)((columns[x].First - first) * Channels);
            for (int k = 0; k < weights.Length; k++, at += Channels)
                sum += weights[k] * Vector128.LoadUnsafe(ref start, at);
            Vector128<int> rounded = Vector128.ConvertToInt32(
                Vector128.Round(Vector128.Clamp(sum, Vector128<float>.Zero, Vector128.Create(255f))));
            (to[Channels * x], to[Channels * x + 1], to[Channels * x + 2]) =
                ((byte)rounded[0], (byte)rounded[1], (byte)rounded[2]);
        }
    }

    /// <summary>The input pixels that make up an output pixel, and their shares, which add up to 1.</summary>
    readonly record struct Window(int First, float[] Weights);

    /// <summary>The windows of the middle ones of the output pixels.</summary>
    static Window[] Windows(int from, int to, int middle)
    {
        double scale = (double)from / to, reach = Math.Max(scale, 1);
        Window[] windows = new Window[middle];
        for (int i = 0; i < middle; i++)
        {
            double centre = ((to - middle) / 2 + i + 0.5) * scale;
            int first = Math.Max(0, (int)(centre - reach + 0.5)), end = Math.Min(from, (int)(centre + reach + 0.5));
            float[] shares = new float[end - first];
            double sum = 0;
            for (int k = 0; k < shares.Length; k++) sum += Share(first + k);
            for (int k = 0; k < shares.Length; k++) shares[k] = (float)(Share(first + k) / sum);
            windows[i] = new Window(first, shares);

            double Share(int pixel) => Math.Max(0, 1 - Math.Abs((pixel + 0.5 - centre) / reach));
        }
        return windows;
    }
}
