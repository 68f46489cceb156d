namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// Where the taps of a convolution's filters lie: evenly, or in runs. The way back to the input takes the same filters
/// with input and output channels exchanged and the taps in reverse order, and reads them where they are.
/// </summary>
/// <param name="First">The first filter's first tap.</param>
/// <param name="Filter">Elements from a filter to the next.</param>
/// <param name="Run">Taps that follow one another evenly.</param>
/// <param name="RunStep">Elements from the first tap of a run to that of the next.</param>
/// <param name="Step">Elements from a tap to the next in its run.</param>
public readonly record struct FilterLayout(int First, int Filter, int Run, int RunStep, int Step)
{
    /// <summary>Filters (K, C, R, S) as they are, all their taps behind one another.</summary>
    public static FilterLayout Of(ConvolutionShape d) => new(0, d.Taps, d.Taps, d.Taps, 1);

    /// <summary>Filters (K, C, R, S) as C filters of K channels, the taps of each channel from last to first.</summary>
    public static FilterLayout Reversed(ConvolutionShape d)
    {
        int window = d.R * d.S;
        return window == 1
            ? new(0, 1, d.K, 0, d.C)
            : new(window - 1, window, window, d.C * window, -1);
    }
}
