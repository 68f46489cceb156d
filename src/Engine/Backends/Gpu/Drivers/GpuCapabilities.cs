namespace TripletGpu.Backends.Gpu.Drivers;

/// <summary>What the choice of kernels and launch sizes depends on.</summary>
/// <param name="Name">The device's name, as its driver gives it.</param>
/// <param name="Driver">The driver and its version.</param>
/// <param name="IsCpu">An OpenCL device that is itself a CPU: it takes kernels without barriers.</param>
/// <param name="ComputeUnits">Multiprocessors of a GPU, cores of a CPU.</param>
/// <param name="GlobalBytes">Device memory.</param>
/// <param name="SharedBytes">Shared memory a group may take.</param>
/// <param name="MaxGroupItems">Items a group may have.</param>
public sealed record GpuCapabilities(
    string Name, string Driver, bool IsCpu, int ComputeUnits, long GlobalBytes, int SharedBytes, int MaxGroupItems)
{
    /// <summary>
    /// Whether it has tensor cores that multiply in TF32 and in bfloat16: NVIDIA's from compute capability 8.0 on.
    /// </summary>
    public bool HasTensorCores { get; init; }

    /// <summary>
    /// Whether one item may do a group's work: on a CPU, but for Mesa's llvmpipe, whose items leave their loops after
    /// 65,535 iterations in all, without a word.
    /// </summary>
    public bool TakesLongItems => IsCpu && !Name.StartsWith("llvmpipe", StringComparison.Ordinal);
}
