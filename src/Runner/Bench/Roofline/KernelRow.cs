namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>A kernel at a size, as <c>triplet bench kernels --json</c> has it.</summary>
/// <param name="Kernel">Class, method and structs.</param>
/// <param name="Size">A layer's name, or a number of rows.</param>
/// <param name="Seconds">The median of a launch.</param>
/// <param name="Spread">The distance of the quartiles, as a share of the median.</param>
/// <param name="Samples">Launches that were timed.</param>
/// <param name="Flops">Operations of a launch.</param>
/// <param name="Bytes">Bytes that it reads and writes.</param>
sealed record KernelRow(
    string Kernel, string Size, double Seconds, double Spread, int Samples, double Flops, double Bytes)
{
    /// <summary>The first part of the name: <c>Elementwise</c>.</summary>
    public string Family => Kernel[..Kernel.IndexOf("Kernels", StringComparison.Ordinal)];

    /// <summary>1e9 operations a second.</summary>
    public double Gflops => Flops / Seconds * 1e-9;

    /// <summary>1e9 bytes a second.</summary>
    public double GbPerSecond => Bytes / Seconds * 1e-9;

    /// <summary>Operations a byte.</summary>
    public double Intensity => Flops / Bytes;

    /// <summary>Of the measured peak of arithmetic.</summary>
    public double PeakShare { get; init; }

    /// <summary>Of the measured bandwidth of a copy; above 1 where caches hold what is read.</summary>
    public double BandwidthShare { get; init; }

    /// <summary>What the roof above it is: <c>memory</c> or <c>arithmetic</c>.</summary>
    public string Bound { get; init; } = "";

    /// <summary>Registers of an item; null where no compiler told.</summary>
    public int? Registers { get; init; }

    /// <summary>Bytes of shared memory a group takes.</summary>
    public int SharedBytes { get; init; }

    /// <summary>
    /// The share of a multiprocessor's warps that fit, by registers, shared memory and items of a group.
    /// </summary>
    public double? Occupancy { get; init; }

    /// <summary>The operations as a formula.</summary>
    public string FlopsFormula { get; init; } = "";

    /// <summary>The bytes as a formula.</summary>
    public string BytesFormula { get; init; } = "";

    /// <summary>The letters of both.</summary>
    public IReadOnlyDictionary<string, long> Letters { get; init; } = new Dictionary<string, long>();

    /// <summary>A measured launch against a device's peaks.</summary>
    public static KernelRow Of(KernelWork work, KernelTimes times, DevicePeaks peaks)
    {
        KernelRow row = new(
            work.Kernel, work.Size, times.Median, times.Spread, times.Samples, work.Cost.FlopCount, work.Cost.ByteCount)
        {
            SharedBytes = work.Source.SharedBytes,
            FlopsFormula = work.Cost.Flops,
            BytesFormula = work.Cost.Bytes,
            Letters = work.Cost.Letters,
        };
        return row with
        {
            PeakShare = row.Gflops / peaks.Gflops,
            BandwidthShare = row.GbPerSecond / peaks.GbPerSecond,
            Bound = row.Intensity * peaks.GbPerSecond < peaks.Gflops ? "memory" : "arithmetic",
        };
    }
}

/// <summary>A run of <c>triplet bench kernels</c>, as its JSON is.</summary>
/// <param name="Device">The device's identifier.</param>
/// <param name="Name">The device's name.</param>
/// <param name="Clock"><c>device</c> or <c>host</c>: whose clock the times are of.</param>
/// <param name="PeakGflops">The measured peak of multiply-adds.</param>
/// <param name="PeakGbPerSecond">The measured bandwidth of a copy.</param>
/// <param name="Rows">The kernels.</param>
sealed record KernelRun(
    string Device, string Name, string Clock, double PeakGflops, double PeakGbPerSecond, IReadOnlyList<KernelRow> Rows)
{
    /// <summary>What the plan chose, where that was asked for.</summary>
    public IReadOnlyList<PlanRow>? Plan { get; init; }
}
