namespace TripletGpu.Backends.Cpu;

/// <summary>The Normalization family on the CPU.</summary>
sealed class CpuNormalization(CpuBackend cpu) : INormalization
{
    readonly CpuBackend cpu = cpu;
}
