namespace TripletGpu.Runner.Data;

/// <summary>
/// Bicubic enlargement with corners on corners, as TensorFlow's <c>resize_bicubic(align_corners=True)</c> and PyTorch's
/// <c>interpolate</c>: Keys' kernel with a = -0.75, pixels beyond the border repeat those on it.
/// </summary>
sealed class Bicubic
{
    const int Taps = 4;
    const double A = -0.75;

    readonly int fromWidth;
    readonly Tap[] lines, columns;

    readonly record struct Tap(int[] At, float[] Weights);

    /// <param name="fromHeight">Lines of the images to read.</param>
    /// <param name="fromWidth">Their columns.</param>
    /// <param name="height">Lines of the images to make.</param>
    /// <param name="width">Their columns.</param>
    public Bicubic(int fromHeight, int fromWidth, int height, int width)
    {
        this.fromWidth = fromWidth;
        (lines, columns) = (Along(fromHeight, height), Along(fromWidth, width));
    }

    /// <summary>One plane of pixels in the other size.</summary>
    public void Resize(ReadOnlySpan<float> from, Span<float> to)
    {
        float[] mixed = new float[fromWidth];
        for (int y = 0; y < lines.Length; y++)
        {
            Array.Clear(mixed);
            for (int k = 0; k < Taps; k++)
            {
                ReadOnlySpan<float> line = from.Slice(lines[y].At[k] * fromWidth, fromWidth);
                for (int x = 0; x < fromWidth; x++) mixed[x] += lines[y].Weights[k] * line[x];
            }
            Span<float> row = to.Slice(y * columns.Length, columns.Length);
            for (int x = 0; x < columns.Length; x++)
            {
                (int[] at, float[] weights) = columns[x];
                row[x] = weights[0] * mixed[at[0]] + weights[1] * mixed[at[1]] + weights[2] * mixed[at[2]]
                    + weights[3] * mixed[at[3]];
            }
        }
    }

    static Tap[] Along(int from, int to)
    {
        Tap[] taps = new Tap[to];
        for (int i = 0; i < to; i++)
        {
            double at = to == 1 ? 0 : (double)i * (from - 1) / (to - 1);
            int first = (int)at - 1;
            int[] places = new int[Taps];
            float[] weights = new float[Taps];
            for (int k = 0; k < Taps; k++)
            {
                places[k] = Math.Clamp(first + k, 0, from - 1);
                weights[k] = (float)Kernel(Math.Abs(at - (first + k)));
            }
            taps[i] = new Tap(places, weights);
        }
        return taps;
    }

    static double Kernel(double d) => d switch
    {
        <= 1 => ((A + 2) * d - (A + 3)) * d * d + 1,
        < 2 => ((A * d - 5 * A) * d + 8 * A) * d - 4 * A,
        _ => 0,
    };
}
