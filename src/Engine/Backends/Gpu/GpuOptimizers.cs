using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.Optimizers;

namespace TripletGpu.Backends.Gpu;

/// <summary>Parameter updates on a GPU.</summary>
sealed class GpuOptimizers(IGpuDriver driver) : IOptimizers
{
    public void Update<TRule>(ReadOnlySpan<ParameterUpdate<TRule>> updates) where TRule : struct, IUpdateRule
    {
        foreach (ref readonly ParameterUpdate<TRule> u in updates)
        {
            int kept = u.Second is not null ? 2 : u.First is not null ? 1 : 0;
            DeviceView<float> weights = u.Weights.Floats();
            OptimizerKernels.LaunchUpdate(
                driver, u.Weights.Items(), weights, u.Gradient.Floats(), u.First?.Floats() ?? weights,
                u.Second?.Floats() ?? weights, u.Rule, kept);
        }
    }
}
