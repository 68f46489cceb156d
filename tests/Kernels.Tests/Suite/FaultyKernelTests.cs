using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.Normalization;
using TripletGpu.Support;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>Faults for tests/oclgrind.sh to find: a detector that stays silent here is not looking.</summary>
public sealed class FaultyKernelTests
{
    IGpuDriver driver = null!;
    nint buffer;

    [OneTimeSetUp]
    public void OpenDevice()
    {
        if (Environment.GetEnvironmentVariable("TRIPLETGPU_FAULTS") != "1")
            Assert.Ignore("runs under tests/oclgrind.sh alone");
        driver = TestDevices.OpenDriver(TestDevices.OpenCl);
    }

    [OneTimeTearDown]
    public void CloseDevice() => driver?.Dispose();

    [SetUp]
    public void Allocate() => buffer = driver.Allocate(256 * sizeof(float));

    [TearDown]
    public void Free()
    {
        driver.Synchronize();
        driver.Free(buffer);
    }

    [Test]
    public void Forward_WithoutBarriers_IsARace() => LaunchForward("");

    [Test]
    public void Forward_WithABarrierForSomeItems_Diverges() => LaunchForward("if (item < 3) Group_Barrier();");

    [Test]
    public void Fill_OneItemTooMany_IsAnInvalidWrite() => ElementwiseKernels.LaunchFill(driver, 257, Floats(256), 1f);

    [Test]
    public void Affine_AddingToUnwrittenMemory_ReadsIt() =>
        ElementwiseKernels.LaunchAffine(driver, 1, Floats(1), Floats(1), scale: 0, shift: 1, accumulate: 1);

    // The compiler accepts no such C# (TGK013), so the device text is changed.
    void LaunchForward(string barrier)
    {
        KernelSource good = UnitRowKernels.ForwardSource;
        var faulty = new KernelSource
        {
            Name = good.Name,
            Entry = good.Entry,
            Group = good.Group,
            CSharp = good.CSharp,
            Body = good.Body.Replace("Group_Barrier();", barrier, StringComparison.Ordinal),
        };
        Assert.That(faulty.Body, Is.Not.EqualTo(good.Body));
        UnitRowKernels.LaunchForward(new Replaced(driver, faulty), 1, Floats(256), Floats(256), Floats(1), 256, 1e-6f);
    }

    DeviceView<float> Floats(int count) => new(buffer, 0, count);

    /// <summary>A queue that launches another kernel than it was given.</summary>
    sealed class Replaced(IKernelQueue queue, KernelSource kernel) : IKernelQueue
    {
        public void Launch(KernelSource _, LaunchSize size, ReadOnlySpan<KernelArgument> arguments) =>
            queue.Launch(kernel, size, arguments);
    }
}
