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
        (int First, int End) Reached(double centre) =>
            (Math.Max(0, (int)(centre - reach + 0.5)), Math.Min(from, (int)(centre + reach + 0.5)));
        double[] centres = [.. Enumerable.Range((to - middle) / 2, middle).Select(i => (i + 0.5) * scale)];
        Taps = centres.Max(centre => Reached(centre).End - Reached(centre).First);
        First = new int[middle];
        weights = new float[middle * Taps];
        for (int i = 0; i < middle; i++)
        {
            (int first, int end) = Reached(centres[i]);
            // Those that reach fewer pixels have others with no share, inside the image, to be as long as the rest.
            First[i] = Math.Min(first, from - Taps);
            double sum = 0;
            for (int pixel = first; pixel < end; pixel++) sum += Share(pixel);
            for (int pixel = first; pixel < end; pixel++)
                weights[i * Taps + pixel - First[i]] = (float)(Share(pixel) / sum);

            double Share(int pixel) => Math.Max(0, 1 - Math.Abs((pixel + 0.5 - centres[i]) / reach));
        }
    }

    /// <summary>The pixels of every window.</summary>
    public int Taps { get; }

    /// <summary>The first pixel of each window.</summary>
    public int[] First { get; }

    /// <summary>The shares of a window's pixels.</summary>
    public ReadOnlySpan<float> Weights(int window) => weights.AsSpan(window * Taps, Taps);
}
