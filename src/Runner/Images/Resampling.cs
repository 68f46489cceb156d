using System.Numerics;
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
    const int Channels = 3;

    readonly PixelImage image;
    readonly ResamplingWindows lines, columns;
    readonly int firstSample;
    readonly float[] mixed;
    readonly uint[] row;

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
        // One more, as pixels are read in fours.
        mixed = new float[(columns.First[^1] + columns.Taps) * Channels - firstSample + 1];
        row = new uint[middleWidth];
    }

    /// <summary>A row of the middle: red, green, blue from a pixel's lowest byte on. The next overwrites it.</summary>
    public ReadOnlySpan<uint> Row(int y)
    {
        MixLines(lines.First[y], lines.Weights(y));
        MixColumns();
        return row;
    }

    /// <summary>The weighted sum of lines.</summary>
    void MixLines(int first, ReadOnlySpan<float> weights)
    {
        int pitch = image.Width * Channels, count = mixed.Length - 1, lanes = Vector<float>.Count;
        ReadOnlySpan<byte> rows = image.Pixels[(first * pitch + firstSample)..];
        int i = 0;
        for (; i + Vector<byte>.Count <= count; i += Vector<byte>.Count)
        {
            Vector<float> sumA = default, sumB = default, sumC = default, sumD = default;
            for (int k = 0; k < weights.Length; k++)
            {
                Vector<byte> samples = new(rows[(k * pitch + i)..]);
                Vector.Widen(samples, out Vector<ushort> low, out Vector<ushort> high);
                Vector.Widen(low, out Vector<uint> a, out Vector<uint> b);
                Vector.Widen(high, out Vector<uint> c, out Vector<uint> d);
                sumA += weights[k] * ToSingle(a);
                sumB += weights[k] * ToSingle(b);
                sumC += weights[k] * ToSingle(c);
                sumD += weights[k] * ToSingle(d);
            }
            Span<float> to = mixed.AsSpan(i, 4 * lanes);
            sumA.CopyTo(to);
            sumB.CopyTo(to[lanes..]);
            sumC.CopyTo(to[(2 * lanes)..]);
            sumD.CopyTo(to[(3 * lanes)..]);
        }
        for (; i < count; i++)
        {
            float sum = 0;
            for (int k = 0; k < weights.Length; k++) sum += weights[k] * rows[k * pitch + i];
            mixed[i] = sum;
        }
    }

    static Vector<float> ToSingle(Vector<uint> values) => Vector.ConvertToSingle(Vector.AsVectorInt32(values));

    void MixColumns()
    {
        ref float start = ref MemoryMarshal.GetArrayDataReference(mixed);
        for (int x = 0; x < row.Length; x++)
        {
            Vector128<float> sum = default;
            nuint at = (nuint)(columns.First[x] * Channels - firstSample);
            foreach (float weight in columns.Weights(x))
            {
                sum += weight * Vector128.LoadUnsafe(ref start, at);
                at += Channels;
            }
            // The shares add up to 1, or a rounding more: nothing is above 255 once it is rounded.
            Vector128<int> rounded = Vector128.ConvertToInt32Native(Vector128.Round(sum));
            Vector128<short> halves = Vector128.Narrow(rounded, rounded);
            row[x] = Vector128.Narrow(halves.AsUInt16(), halves.AsUInt16()).AsUInt32().ToScalar();
        }
    }
}
