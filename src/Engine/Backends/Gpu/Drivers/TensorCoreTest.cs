using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Backends.Gpu.Drivers;

/// <summary>A small product in each tile of a precision, before anything is trained with it.</summary>
static class TensorCoreTest
{
    /// <summary>What is wrong, in one line; empty where both tiles give what they should.</summary>
    /// <param name="driver">The device's driver.</param>
    /// <param name="precision">TF32 or bfloat16.</param>
    public static string Run(IGpuDriver driver, MatrixPrecision precision) => precision == MatrixPrecision.Bfloat16
        ? Run<Bfloat64x64, Bfloat128x128>(driver) : Run<Tensor64x64, Tensor128x128>(driver);

    static string Run<TSmall, TLarge>(IGpuDriver driver)
        where TSmall : struct, IProductTile where TLarge : struct, IProductTile =>
        Fault<TSmall>(driver) is not "" and var fault ? fault : Fault<TLarge>(driver);

    static string Fault<TTile>(IGpuDriver driver) where TTile : struct, IProductTile =>
        TileTrial<TTile>.Product(
            driver, (groups, a, b, c, d) => GemmKernels.LaunchTiled<TTile>(driver, groups, a, b, c, c, d))
            is not "" and var fault
            ? $"the tensor cores of {driver.Capabilities.Name} compute wrongly in {typeof(TTile).Name}: {fault}" : "";
}
