namespace TripletGpu.Backends.Cpu;

/// <summary>The Optimizers family on the CPU.</summary>
sealed class CpuOptimizers(CpuBackend cpu) : IOptimizers
{
    readonly CpuBackend cpu = cpu;
}
