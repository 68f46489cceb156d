namespace TripletGpu.Backends.Cpu;

/// <summary>The Convolution family on the CPU.</summary>
sealed class CpuConvolution(CpuBackend cpu) : IConvolution
{
    readonly CpuBackend cpu = cpu;
}
