using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.MetricLearning;

namespace TripletGpu.Backends.Gpu.MetricLearning;

/// <summary>What mining keeps of each row while it runs: its class and its anchor's tally; 76 bytes a row.</summary>
readonly struct MiningScratch
{
    public MiningScratch(GpuScratch scratch, int n)
    {
        // A row has some tens of words in all.
        KernelSize.Of((long)n * (AnchorCounts * 2 + AnchorSums + ClassKernels.Length(1)));
        int classes = (ClassKernels.Length(n) + 1) / 2 * 2; // what follows has 64 bits
        int counts = 2 * AnchorCounts * n;
        DeviceView<int> all = scratch.Take<int>(ScratchUse.Mining, classes + counts + (long)AnchorSums * n);
        Classes = all.Slice(0, ClassKernels.Length(n));
        Counts = new(all.Buffer, classes / 2, AnchorCounts * n);
        Sums = new(all.Buffer, classes + counts, AnchorSums * n);
        N = n;
    }

    const int AnchorCounts = TripletMiningKernels.AnchorCounts, AnchorSums = TripletMiningKernels.AnchorSums;

    /// <summary>The rows by class, once <see cref="BuildClasses"/> has run.</summary>
    public DeviceView<int> Classes { get; }

    /// <summary>Each anchor's counts.</summary>
    public DeviceView<long> Counts { get; }

    /// <summary>Each anchor's sums.</summary>
    public DeviceView<float> Sums { get; }

    int N { get; }

    /// <summary>Groups the rows by their labels, on the device.</summary>
    public void BuildClasses(IGpuDriver driver, Tensor labels)
    {
        ClassKernels.LaunchCount(driver, N, labels.Ints(), Classes, N);
        ScanKernels.LaunchExclusive(driver, 2, Classes.Slice(3 * N, 2 * (N + 1)), N);
        ClassKernels.LaunchPlace(driver, N, Classes, N);
    }
}
