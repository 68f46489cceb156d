using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu.Drivers;

/// <summary>A few steps of launches that depend on each other, before a network is trained by graphs.</summary>
static unsafe class GraphTest
{
    // The third step is the first that is a graph with changed arguments.
    const int Steps = 4, Launches = 12, Count = 5;

    /// <summary>What is wrong, in one line; empty where each step gives what it should.</summary>
    /// <param name="driver">A driver that uses graphs.</param>
    public static string Run(IGpuDriver driver)
    {
        nint buffer = driver.Allocate(2 * Count * sizeof(float));
        DeviceView<float> here = new(buffer, 0, Count), there = new(buffer, Count, Count);
        float[] results = new float[Count];
        string fault = "";
        for (int step = 0; step < Steps; step++)
        {
            float expected = step, scale = 1 + step % 2;
            ElementwiseKernels.LaunchFill(driver, Count, here, step);
            for (int i = 0; i < Launches; i++)
            {
                (DeviceView<float> from, DeviceView<float> to) = i % 2 == 0 ? (here, there) : (there, here);
                ElementwiseKernels.LaunchAffine(driver, Count, from, to, scale, i, 0);
                expected = scale * expected + i;
            }
            fixed (float* to = results) driver.Download(buffer, 0, to, Count * sizeof(float));
            if (results.Any(value => value != expected))
                fault = $"{driver.Capabilities.Name} runs graphs wrongly: {results[0]} in step {step}, not {expected}";
        }
        driver.Free(buffer);
        return fault;
    }
}
