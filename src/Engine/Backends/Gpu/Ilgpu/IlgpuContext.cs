using ILGPU;
using ILGPU.Algorithms;

namespace TripletGpu.Backends.Gpu.Ilgpu;

/// <summary>ILGPU's contexts, all with the same compiler: its level and what it makes of single operations.</summary>
static class IlgpuContext
{
    /// <summary>
    /// At O2 ILGPU 1.5.3 moves a load behind the store to the same address in a loop, so that a scan gives zeros; O1 is
    /// right, and ptxas makes faster code of it.
    /// </summary>
    public const OptimizationLevel Level = OptimizationLevel.O1;

    /// <summary>A context with these devices.</summary>
    /// <param name="devices">Adds them.</param>
    /// <param name="level">For tests; what is not this one is wrong.</param>
    public static Context Create(Action<Context.Builder> devices, OptimizationLevel level = Level)
    {
        NativeNames.Resolve();
        return Context.Create(builder =>
        {
            devices(builder);
            builder.EnableAlgorithms().Optimize(level);
            IlgpuIntrinsics.Register(builder);
        });
    }
}
