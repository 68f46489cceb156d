using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Backends.Gpu.Drivers;

/// <summary>A small product in each tile on tensor cores, before anything is trained with them.</summary>
static class TensorCoreTest
{
    /// <summary>What is wrong, in one line; empty where both tiles give what they should.</summary>
    public static string Run(IGpuDriver driver)
    {
        string fault = Fault<Tensor64x64>(driver);
        return fault != "" ? fault : Fault<Tensor128x128>(driver);
    }

    static string Fault<TTile>(IGpuDriver driver) where TTile : struct, IProductTile =>
        TileTrial<TTile>.Product(
            driver, (groups, a, b, c, d) => GemmKernels.LaunchTiled<TTile>(driver, groups, a, b, c, c, d))
            is not "" and var fault
            ? $"the tensor cores of {driver.Capabilities.Name} compute wrongly in {typeof(TTile).Name}: {fault}" : "";
}
