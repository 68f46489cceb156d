namespace TripletGpu.Backends.Cpu;

/// <summary>The Pooling family on the CPU.</summary>
sealed class CpuPooling(CpuBackend cpu) : IPooling
{
    readonly CpuBackend cpu = cpu;
}
