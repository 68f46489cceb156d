using TripletGpu.Backends.Gpu.OpenCl;
using TripletGpu.Kernels;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Gpu;

/// <summary>A kernel with a race, for tests/oclgrind.sh: a detector that stays silent here is not looking.</summary>
public sealed class RaceTests
{
    [Test]
    public void Launch_SumWithoutBarriers_IsReportedByOclgrind()
    {
        if (Environment.GetEnvironmentVariable("TRIPLETGPU_RACE") != "1") Assert.Ignore("runs under tests/oclgrind.sh alone");
        OpenClDevice? device = OpenClDevices.Find(out string reason).FirstOrDefault(d => d.Unusable == "");
        if (device is null) TestDevices.Skip("opencl", reason);
        using var driver = device!.Open();
        KernelSource good = UnitRowKernels.ForwardSource;
        var racing = new KernelSource
        {
            Name = good.Name,
            Entry = good.Entry,
            Group = good.Group,
            CSharp = good.CSharp,
            Body = good.Body.Replace("Group_Barrier();", "", StringComparison.Ordinal),
        };
        nint buffer = driver.Allocate(4096);
        var view = new DeviceView<float>(buffer, 0, 256);
        UnitRowKernels.LaunchForward(new Replaced(driver, racing), 1, view, view, view.Slice(0, 1), 256, 1e-6f);
        driver.Synchronize();
        driver.Free(buffer);
    }

    /// <summary>A queue that launches another kernel than it was given.</summary>
    sealed class Replaced(IKernelQueue queue, KernelSource kernel) : IKernelQueue
    {
        public void Launch(KernelSource _, LaunchSize size, ReadOnlySpan<KernelArgument> arguments) =>
            queue.Launch(kernel, size, arguments);
    }
}
