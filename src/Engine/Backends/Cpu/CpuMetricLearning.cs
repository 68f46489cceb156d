namespace TripletGpu.Backends.Cpu;

/// <summary>The MetricLearning family on the CPU.</summary>
sealed class CpuMetricLearning(CpuBackend cpu) : IMetricLearning
{
    readonly CpuBackend cpu = cpu;
}
