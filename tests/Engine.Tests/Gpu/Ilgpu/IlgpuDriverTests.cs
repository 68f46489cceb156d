using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Ilgpu;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Launching;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Gpu.Ilgpu;

/// <summary>ILGPU's driver on its CPU accelerator.</summary>
public sealed unsafe class IlgpuDriverTests
{
    readonly IGpuDriver driver = IlgpuDevices.OpenCpu();

    [OneTimeTearDown]
    public void Close() => driver.Dispose();

    [Test]
    public void Capabilities_AreTheMachines()
    {
        Assert.That(driver.Capabilities, Is.EqualTo(IlgpuDevices.CpuCapabilities()));
        Assert.That(driver.Capabilities.GlobalBytes, Is.LessThan(1L << 50), "ILGPU itself says 2^63 - 1");
        Assert.That(driver.Capabilities.MaxGroupItems, Is.EqualTo(256));
    }

    /// <summary>On a CPU a tile in shared memory takes thirty times as long as a panel.</summary>
    [Test]
    public void OpenClDevice_IsTheCpuThatItsDriverSays()
    {
        using IGpuDriver openCl = TestDevices.OpenDriver("ilgpu-opencl");
        Assert.That(openCl.Capabilities.IsCpu, "ILGPU is not offered for OpenCL GPUs");
    }

    [Test]
    public void Launch_OverNothing_IsLeftOut() => Assert.That(
        () => ElementwiseKernels.LaunchAffine(driver, 0, default, default, 1, 1, 0), Throws.Nothing);

    [Test]
    public void Launch_LooksUpItsViews_WithoutAllocating()
    {
        const int count = 5;
        nint buffer = driver.Allocate(count * sizeof(float));
        var view = new DeviceView<float>(buffer, 0, count);
        void Launch() => ElementwiseKernels.LaunchAffine(driver, count, view, view, 1, 1, 0);
        for (int i = 0; i < 8; i++) Launch();
        driver.Synchronize();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 64; i++) Launch();
        driver.Synchronize();
        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / 64;
        driver.Free(buffer);
        Assert.That(each, Is.AtMost(256), "bytes that ILGPU itself allocates, none for the table");
    }

    /// <summary>Whatever it compiles next is an AggregateException about itself.</summary>
    [Test]
    public void Launch_AfterAKernelThatIlgpuRefuses_NamesThatOne()
    {
        using IGpuDriver fresh = IlgpuDevices.OpenCpu();
        KernelSource refused = new()
        {
            Name = "BrokenKernels.Refused",
            Entry = "Refused",
            CSharp = "",
            Body = "",
            IndexDimensions = 1,
            Ilgpu = accelerator =>
            {
                Action<Index1D, int> load = accelerator.LoadAutoGroupedStreamKernel<Index1D, int>(Unsupported);
                return (_, _, _) => load(1, 0);
            },
        };
        Assert.That(() => fresh.Launch(refused, 1, []), Throws.TypeOf<DriverException>()
            .With.Message.StartsWith("launch of BrokenKernels.Refused with 1 x 1 x 1: An internal compiler error"));
        nint buffer = fresh.Allocate(sizeof(float));
        var view = new DeviceView<float>(buffer, 0, 1);
        foreach (Action launch in (Action[])
            [
                () => fresh.Launch(refused, 1, []),
                () => ElementwiseKernels.LaunchAffine(fresh, 1, view, view, 2, 1, 0),
            ])
            Assert.That(() => launch(), Throws.TypeOf<DriverException>()
                .With.Message.Contains("ILGPU has refused BrokenKernels.Refused (An internal compiler error"));
    }

    static void Unsupported(Index1D i, int x)
    {
        if (x > 100) throw new InvalidOperationException();
    }

    [Test]
    [Explicit("takes 6 GiB of memory and a minute")]
    public void Transfers_ReachBeyond2GiB()
    {
        const long offset = (1L << 31) + 4096, bytes = offset + sizeof(float);
        nint buffer = driver.Allocate(bytes), copy = driver.Allocate(bytes);
        void* host = NativeMemory.AllocZeroed((nuint)bytes); // its pages are there once they are written
        try
        {
            *(float*)((byte*)host + offset) = 3;
            driver.Upload(host, buffer, 0, bytes);
            *(float*)((byte*)host + offset) = 0;
            var last = new DeviceView<float>(buffer, offset / sizeof(float), 1);
            ElementwiseKernels.LaunchAffine(driver, 1, last, last, 2, 1, 0);
            driver.Copy(buffer, 0, copy, 0, bytes);
            driver.Download(copy, 0, host, bytes);
            Assert.That(*(float*)((byte*)host + offset), Is.EqualTo(7));
        }
        finally
        {
            NativeMemory.Free(host);
            driver.Free(buffer);
            driver.Free(copy);
        }
    }
}
