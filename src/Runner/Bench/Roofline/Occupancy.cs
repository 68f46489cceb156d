using TripletGpu.Kernels;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>
/// The share of a multiprocessor's warps that can be resident at once, by NVIDIA's rules: registers are given out by
/// warps in units of 256, shared memory by groups. CUDA C++ Programming Guide, table of compute capabilities.
/// </summary>
static class Occupancy
{
    const int Warp = 32, RegisterUnit = 256, AllRegisters = 65_536, GroupOfAnIndex = 128;

    /// <summary>The occupancy of a kernel.</summary>
    /// <param name="kernel">Its group and shared memory; a kernel with an index runs in groups of 128.</param>
    /// <param name="registers">Registers of an item.</param>
    /// <param name="architecture">80 for compute capability 8.0.</param>
    public static double Of(KernelSource kernel, int registers, int architecture)
    {
        (int warps, int groups, int shared, int reserved) = architecture switch
        {
            75 => (32, 16, 65_536, 0),
            80 => (64, 32, 167_936, 1024),
            86 or 89 => (48, architecture == 86 ? 16 : 24, 102_400, 1024),
            >= 90 => (64, 32, 233_472, 1024),
            _ => (64, 32, 98_304, 0),
        };
        int items = kernel.Group is { } group ? (int)group.Count : GroupOfAnIndex;
        int warpsEach = (items + Warp - 1) / Warp;
        int registersOfAWarp = (registers * Warp + RegisterUnit - 1) / RegisterUnit * RegisterUnit;
        int byRegisters = registers == 0 ? groups : AllRegisters / (registersOfAWarp * warpsEach);
        int byShared = shared / Math.Max(1, kernel.SharedBytes + reserved);
        int resident = Math.Min(Math.Min(groups, warps / warpsEach), Math.Min(byRegisters, byShared));
        return (double)(resident * warpsEach) / warps;
    }
}
