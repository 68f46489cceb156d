namespace TripletGpu.Backends.Cpu;

/// <summary>The Reduction family on the CPU.</summary>
sealed class CpuReduction(CpuBackend cpu) : IReduction
{
    readonly CpuBackend cpu = cpu;
}
