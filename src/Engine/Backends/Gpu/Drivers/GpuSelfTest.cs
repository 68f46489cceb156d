using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu.Drivers;

/// <summary>
/// One small kernel, built, run and checked: a driver that can be loaded may still be unable to compile (no compiler
/// behind it, a broken cache) or to run, and that is better known before a training begins.
/// </summary>
public static unsafe class GpuSelfTest
{
    /// <summary>Why the device cannot be used; empty where the kernel gave what it should.</summary>
    /// <param name="open">Opens the device's driver.</param>
    public static string Run(Func<IGpuDriver> open)
    {
        try
        {
            using IGpuDriver driver = open();
            string misfit = LaunchPlan.Misfit(driver.Capabilities);
            return misfit == "" ? Run(driver) : misfit;
        }
        catch (Exception exception) when (exception is DriverException or DeviceOutOfMemoryException)
        {
            return exception.Message;
        }
    }

    static string Run(IGpuDriver driver)
    {
        const int count = 5;
        float* values = stackalloc float[count] { 0, 1, 2, 3, -4 };
        nint buffer = driver.Allocate(count * sizeof(float));
        driver.Upload(values, buffer, 0, count * sizeof(float));
        var view = new DeviceView<float>(buffer, 0, count);
        ElementwiseKernels.LaunchAffine(driver, count, view, view, scale: 2, shift: 1, accumulate: 0);
        driver.Download(buffer, 0, values, count * sizeof(float));
        driver.Free(buffer);
        ReadOnlySpan<float> result = new(values, count);
        return result.SequenceEqual([1, 3, 5, 7, -7]) ? ""
            : $"the driver computes wrongly: 2 x + 1 of 0, 1, 2, 3, -4 is {string.Join(", ", result.ToArray())}";
    }
}
