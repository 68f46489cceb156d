using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends;

/// <summary>
/// The parts of a batch over which a sum is split: each part is summed in order, then the parts. They depend on the
/// batch alone, neither on the threads nor on the device, so that the sum has the same bits everywhere.
/// </summary>
static class BatchParts
{
    // Enough for the cores of a desktop; a large batch can feed more.
    const int Few = 8, Many = ReluPoolGradientKernels.MostParts, LargeBatch = 256;

    /// <summary>The parts of a batch of n.</summary>
    public static int Count(int n) => Math.Min(n, n < LargeBatch ? Few : Many);

    /// <summary>Where a part starts: n for the part past the last.</summary>
    public static int Start(int n, int part) => (int)((long)n * part / Count(n));
}
