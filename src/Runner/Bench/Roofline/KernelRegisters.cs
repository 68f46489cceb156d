using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels;
using TripletGpu.Models;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>What NVIDIA's assembler says of kernels: registers, and how many groups fit a multiprocessor with
/// them.</summary>
static class KernelRegisters
{
    /// <summary>The run with registers and occupancy for an architecture; no card is needed.</summary>
    /// <param name="run">What was measured.</param>
    /// <param name="architecture">80 for sm_80.</param>
    /// <exception cref="UserErrorException">A tool is missing, or does not know the architecture.</exception>
    public static KernelRun Add(KernelRun run, int architecture)
    {
        Dictionary<string, int> registers = [];
        foreach (string name in run.Rows.Select(row => row.Kernel).Distinct())
            registers[name] = Of(KernelCatalog.All.First(kernel => kernel.Name == name), architecture);
        return run with
        {
            Rows =
            [
                .. run.Rows.Select(row => row with
                {
                    Registers = registers[row.Kernel],
                    Occupancy = Occupancy.Of(KernelCatalog.All.First(k => k.Name == row.Kernel), registers[row.Kernel],
                    architecture),
                }),
            ],
        };
    }

    static int Of(KernelSource kernel, int architecture)
    {
        try
        {
            NvidiaText text = NvidiaText.ByNvrtc(kernel, architecture, out _)
                ?? NvidiaText.ByIlgpu(kernel, architecture, out string reason)
                ?? throw new UserErrorException($"--architecture {architecture}: {reason}");
            return text.Registers(out string missing)
                ?? throw new UserErrorException($"--architecture {architecture}: {missing}");
        }
        catch (DriverException exception)
        {
            throw new UserErrorException(
                $"--architecture {architecture}: {kernel.Name}: {exception.Message.Split('\n')[0]}");
        }
    }
}
