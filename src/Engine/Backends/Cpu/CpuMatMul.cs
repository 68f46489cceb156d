namespace TripletGpu.Backends.Cpu;

/// <summary>The MatMul family on the CPU.</summary>
sealed class CpuMatMul(CpuBackend cpu) : IMatMul
{
    readonly CpuBackend cpu = cpu;
}
