using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TripletGpu.Runner.Images;

/// <summary>
/// Bilinear resizing with antialiasing, as Pillow and torchvision do it: an output pixel is the mean of the input
/// pixels under a triangle whose half-width is one output pixel, or one input pixel where the image grows. The middle
/// of the resized image is computed row by row, and nothing of the rest.
/// </summary>
sealed class Resampling
{
    // So many rows are computed at once, so that a column's weights are read once for all of them.
    const int Rows = 4, Channels = 3;

    readonly PixelImage image;
    readonly ResamplingWindows lines, columns;
    readonly int firstSample, samples;
    readonly float[] mixed;
    readonly uint[] rows;
    int band = -1;

    /// <param name="image">The image.</param>
    /// <param name="width">Columns of the whole image in the other size.</param>
    /// <param name="height">Its rows.</param>
    /// <param name="middleWidth">Columns of the middle, at most <paramref name="width"/>.</param>
    /// <param name="middleHeight">Its rows.</param>
    public Resampling(PixelImage image, int width, int height, int middleWidth, int middleHeight)
    {
        this.image = image;
        columns = new ResamplingWindows(image.Width, width, middleWidth);
        lines = new ResamplingWindows(image.Height, height, middleHeight);
        firstSample = columns.First[0] * Channels;
        samples = (columns.First[^1] + columns.Taps) * Channels - firstSample;
        // One more, as pixels are read in fours.
        mixed = new float[Rows * samples + 1];
        rows = new uint[Rows * middleWidth];
    }

    /// <summary>A row of the middle: red, green, blue from a pixel's lowest byte on. The next overwrites it.</summary>
    public ReadOnlySpan<uint> Row(int y)
    {
        int width = columns.First.Length;
        if (y / Rows != band) Mix(band = y / Rows);
        return rows.AsSpan(y % Rows * width, width);
    }

    void Mix(int band)
    {
        int first = band * Rows, count = Math.Min(Rows, lines.First.Length - first);
        for (int r = 0; r < count; r++)
            MixLines(lines.First[first + r], lines.Weights(first + r), mixed.AsSpan(r * samples, samples));
        MixColumns();
    }

    /// <summary>The weighted sum of lines.</summary>
    void MixLines(int first, ReadOnlySpan<float> weights, Span<float> to)
    {
        nuint pitch = (nuint)(image.Width * Channels), i = 0;
        ref byte from = ref MemoryMarshal.GetReference(image.Pixels[(first * (int)pitch + firstSample)..]);
        for (; i + (nuint)Vector<byte>.Count <= (nuint)to.Length; i += (nuint)Vector<byte>.Count)
        {
            Vector<float> sumA = default, sumB = default, sumC = default, sumD = default;
            nuint at = i;
            foreach (float weight in weights)
            {
                Vector.Widen(Vector.LoadUnsafe(ref from, at), out Vector<ushort> low, out Vector<ushort> high);
                Vector.Widen(low, out Vector<uint> a, out Vector<uint> b);
                Vector.Widen(high, out Vector<uint> c, out Vector<uint> d);
                sumA += weight * ToSingle(a);
                sumB += weight * ToSingle(b);
                sumC += weight * ToSingle(c);
                sumD += weight * ToSingle(d);
                at += pitch;
            }
            Span<Vector<float>> sums = MemoryMarshal.Cast<float, Vector<float>>(to[(int)i..]);
            (sums[0], sums[1], sums[2], sums[3]) = (sumA, sumB, sumC, sumD);
        }
        for (; i < (nuint)to.Length; i++)
        {
            float sum = 0;
            nuint at = i;
            foreach (float weight in weights)
            {
                sum += weight * Unsafe.Add(ref from, at);
                at += pitch;
            }
            to[(int)i] = sum;
        }
    }

    static Vector<float> ToSingle(Vector<uint> values) => Vector.ConvertToSingle(Vector.AsVectorInt32(values));

    void MixColumns()
    {
        int width = columns.First.Length;
        ref float row0 = ref MemoryMarshal.GetArrayDataReference(mixed);
        ref float row1 = ref mixed[samples], row2 = ref mixed[2 * samples], row3 = ref mixed[3 * samples];
        for (int x = 0; x < width; x++)
        {
            Vector128<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            nuint at = (nuint)(columns.First[x] * Channels - firstSample);
            foreach (float weight in columns.Weights(x))
            {
                sum0 += weight * Vector128.LoadUnsafe(ref row0, at);
                sum1 += weight * Vector128.LoadUnsafe(ref row1, at);
                sum2 += weight * Vector128.LoadUnsafe(ref row2, at);
                sum3 += weight * Vector128.LoadUnsafe(ref row3, at);
                at += Channels;
            }
            // The shares add up to 1, or a rounding more: nothing is above 255 once it is rounded.
            Vector128<uint> pixels = Vector128.Narrow(
                Vector128.Narrow(Rounded(sum0), Rounded(sum1)).AsUInt16(),
                Vector128.Narrow(Rounded(sum2), Rounded(sum3)).AsUInt16()).AsUInt32();
            (rows[x], rows[width + x]) = (pixels.GetElement(0), pixels.GetElement(1));
            (rows[2 * width + x], rows[3 * width + x]) = (pixels.GetElement(2), pixels.GetElement(3));
        }
    }

    static Vector128<int> Rounded(Vector128<float> sums) => Vector128.ConvertToInt32Native(Vector128.Round(sums));
}
