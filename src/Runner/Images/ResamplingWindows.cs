namespace TripletGpu.Runner.Images;

/// <summary>
/// The input pixels that make up each output pixel along one side of an image, and their shares, which add up to 1.
/// </summary>
sealed class ResamplingWindows
{
    readonly float[] weights;

    /// <param name="from">Pixels of the input.</param>
    /// <param name="to">Pixels of the output.</param>
    /// <param name="middle">So many of them, in the middle.</param>
    public ResamplingWindows(int from, int to, int middle)
    {
        double scale = (double)from / to, reach = Math.Max(scale, 1);
        First = new int[middle];
        int[] ends = new int[middle];
        for (int i = 0; i < middle; i++)
        {
            double centre = Centre(i);
            First[i] = Math.Max(0, (int)(centre - reach + 0.5));
            ends[i] = Math.Min(from, (int)(centre + reach + 0.5));
            Taps = Math.Max(Taps, ends[i] - First[i]);
        }
        weights = new float[middle * Taps];
        Span<double> shares = Taps <= 64 ? stackalloc double[Taps] : new double[Taps];
        for (int i = 0; i < middle; i++)
        {
            // Those that reach fewer pixels have others with no share, inside the image, to be as long as the rest.
            int first = Math.Min(First[i], from - Taps);
            double centre = Centre(i), sum = 0;
            for (int k = First[i] - first; k < ends[i] - first; k++)
                sum += shares[k] = Math.Max(0, 1 - Math.Abs((first + k + 0.5 - centre) / reach));
            for (int k = First[i] - first; k < ends[i] - first; k++)
                weights[i * Taps + k] = (float)(shares[k] / sum);
            First[i] = first;
        }

        double Centre(int window) => ((to - middle) / 2 + window + 0.5) * scale;
    }

    /// <summary>The pixels of every window.</summary>
    public int Taps { get; }

    /// <summary>The first pixel of each window.</summary>
    public int[] First { get; }

    /// <summary>The shares of a window's pixels.</summary>
    public ReadOnlySpan<float> Weights(int window) => weights.AsSpan(window * Taps, Taps);
}
