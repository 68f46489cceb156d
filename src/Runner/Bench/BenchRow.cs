using TripletGpu.Backends.Gpu.Drivers;

namespace TripletGpu.Runner.Bench;

/// <summary>One line of <c>triplet bench</c>.</summary>
/// <param name="Op">What was timed.</param>
/// <param name="Shape">
/// MatMul: m, n, k. Convolutions: n, c, h, w, filters, kernel, stride. NearestNeighbour: queries, references, width.
/// Models: the batch and an image. Mining: n, dimension.
/// </param>
/// <param name="Seconds">The median of one call.</param>
/// <param name="Gflops">By the direct algorithm's operations, 1e9 a second.</param>
/// <param name="GbPerSecond">Operands read and written once, 1e9 bytes a second.</param>
/// <param name="PeakShare">Of the device's measured peak; above 1 where an algorithm saves operations.</param>
/// <param name="ImagesPerSecond">Of models; null elsewhere.</param>
/// <param name="DeviceSeconds">The mean time of a call's kernels by the device's clock; null where it has none.</param>
/// <param name="Kernels">
/// A model's kernels in all measured calls, by their total time; null where the device has no clock.
/// </param>
sealed record BenchRow(
    string Op, int[] Shape, double Seconds, double Gflops, double GbPerSecond, double PeakShare,
    double? ImagesPerSecond = null, double? DeviceSeconds = null, IReadOnlyList<KernelTime>? Kernels = null)
{
    /// <summary>Threads of the CPU device; null on others.</summary>
    public int? Threads { get; init; }

    /// <summary>The most bytes that tensors took at once in a model's call, parameters included.</summary>
    public long? PeakBytes { get; init; }

    /// <summary>A model's operations in one call; null where nobody asked.</summary>
    public IReadOnlyList<OpEvent>? Profile { get; init; }
}
