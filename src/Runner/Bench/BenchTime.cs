using TripletGpu.Backends.Gpu.Drivers;

namespace TripletGpu.Runner.Bench;

/// <summary>What a call takes.</summary>
/// <param name="Seconds">The median of one call, seen from the host.</param>
/// <param name="DeviceSeconds">The mean time of its kernels by the device's own clock; null where it has none.</param>
/// <param name="Kernels">The kernels of all measured calls; null where the device has no clock.</param>
sealed record BenchTime(double Seconds, double? DeviceSeconds, IReadOnlyList<KernelTime>? Kernels);
