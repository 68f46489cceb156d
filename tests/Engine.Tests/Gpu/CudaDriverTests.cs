using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TripletGpu.Backends;
using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Kernels;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Gpu;

/// <summary>
/// The CUDA driver without a GPU: against stand-ins for NVIDIA's libraries, compiled from C by clang, that have the
/// same
/// functions, keep memory on the host and know one kernel.
/// </summary>
[Platform("Linux")]
public sealed unsafe class CudaDriverTests
{
    string folder = "";

    [OneTimeSetUp]
    public void CompileStubs()
    {
        folder = Directory.CreateTempSubdirectory("triplet-cuda-").FullName;
        foreach (string name in (string[])["cuda", "nvrtc"])
            try
            {
                using Process clang =
                    Process.Start("clang", $"-w -shared -fPIC -o {Stub(name)} {Path.Combine(Sources(), name + ".c")}");
                clang.WaitForExit();
                Assert.That(clang.ExitCode, Is.Zero);
            }
            catch (System.ComponentModel.Win32Exception)
            {
                TestDevices.Skip("clang", "clang is not installed");
            }
    }

    [OneTimeTearDown]
    public void DeleteStubs() => Directory.Delete(folder, recursive: true);

    [Test]
    public void Load_NoDriver_SaysSo()
    {
        Assert.That(CudaLibrary.Load(out string reason, ["libNoSuchCuda.so"]), Is.Null);
        Assert.That(reason, Is.EqualTo("no NVIDIA driver (libNoSuchCuda.so)"));
        Assert.That(NvrtcLibrary.Load(out reason, ["libNoSuchNvrtc.so"]), Is.Null);
        Assert.That(reason, Does.StartWith("no NVRTC (libNoSuchNvrtc.so): install"));
    }

    [Test]
    public void Load_AnotherLibrary_NamesTheMissingFunction()
    {
        Assert.That(CudaLibrary.Load(out string reason, [Stub("nvrtc")]), Is.Null);
        Assert.That(reason, Does.Contain("cuInit"));
    }

    [Test]
    public void Find_WithoutNvrtc_ListsTheDeviceAsUnusable()
    {
        CudaDevice device = CudaDevices.Find(Library(), null, "no NVRTC", out _).Single();
        Assert.That((device.Capabilities.Name, device.Capability, device.Unusable),
            Is.EqualTo(("Stub GPU", 89, "no NVRTC")));
        Assert.That(() => device.Open(), Throws.TypeOf<CudaException>().With.Message.Contains("no NVRTC"));
    }

    [TestCase(89, "compute_80")]
    [TestCase(90, "compute_90")]
    [TestCase(61, "compute_50")]
    public void Options_TakeTheNewestArchitectureThatBothKnow(int capability, string architecture) =>
        Assert.That(NvrtcLibrary.Options(capability, [50, 80, 90])[0],
            Is.EqualTo("--gpu-architecture=" + architecture));

    [Test]
    public void Options_DeviceTooOld_Throws() => Assert.That(
        () => NvrtcLibrary.Options(35, [50, 80]),
        Throws.TypeOf<CudaException>().With.Message.Contains("compute capability 3.5"));

    [Test]
    public void Launch_Affine_PassesViewsValuesAndTheCount()
    {
        using CudaDriver driver = Open();
        float[] x = [0, 1, 2, 3, 4], back = new float[5];
        nint buffer = driver.Allocate(64);
        fixed (float* p = x) driver.Upload(p, buffer, sizeof(float) * 5);
        var part = new DeviceView<float>(buffer, 1, 3);
        ElementwiseKernels.LaunchAffine(driver, 3, part, part, 10, 1, 0);
        fixed (float* p = back) driver.Download(buffer, p, sizeof(float) * 5);
        driver.Free(buffer);
        Assert.That(back, Is.EqualTo(new float[] { 0, 11, 21, 31, 4 }));
        Assert.That((LaunchShape(0), LaunchShape(3)), Is.EqualTo((1, 256)));
    }

    [Test]
    public void Shape_GroupedAndIndexedKernels()
    {
        KernelSource tiled = GemmKernels.TiledSource<Tile64x64>(), transpose = TransposeKernels.TransposeSource;
        Assert.That(CudaDriver.Shape(tiled, (3, 2)), Is.EqualTo((new LaunchSize(3, 2), new LaunchSize(16, 16))));
        Assert.That(CudaDriver.Shape(transpose, (33, 5, 1)),
            Is.EqualTo((new LaunchSize(2, 2), new LaunchSize(32, 4, 2))));
    }

    [Test]
    public void Launch_FaultOfTheDevice_NamesKernelAndError()
    {
        using CudaDriver driver = Open();
        nint buffer = driver.Allocate(64);
        Assert.That(
            () => ElementwiseKernels.LaunchFill(driver, 3, new DeviceView<float>(buffer, 0, 3), 1),
            Throws.TypeOf<CudaException>().With.Message.EqualTo(
                "launch of ElementwiseKernels.Fill with 3 x 1 x 1: CUDA_ERROR_ILLEGAL_ADDRESS (700)"));
        driver.Free(buffer);
    }

    [Test]
    public void Launch_BrokenKernel_GivesItsNameAndTheLog()
    {
        using CudaDriver driver = Open();
        var broken =
            new KernelSource { Name = "BrokenKernels.Broken", Entry = "Broken", CSharp = "", Body = "#error no",
            Group = 1 };
        Assert.That(() => driver.Launch(broken, 1, []), Throws.TypeOf<CudaException>().With.Message.EqualTo(
            "NVRTC does not compile BrokenKernels.Broken (NVRTC_ERROR_COMPILATION):\n--gpu-architecture=compute_80 --std=c++17 "));
    }

    [Test]
    public void Allocate_MoreThanTheDeviceHas_Throws()
    {
        using CudaDriver driver = Open();
        Assert.That(() => driver.Allocate(1L << 40), Throws.TypeOf<DeviceOutOfMemoryException>());
    }

    CudaDriver Open()
    {
        NvrtcLibrary compiler =
            NvrtcLibrary.Load(out string reason, [Stub("nvrtc")]) ?? throw new AssertionException(reason);
        return new CudaDriver(CudaDevices.Find(Library(), compiler, "", out _).Single(), Path.Combine(folder, "cache"));
    }

    CudaLibrary Library() =>
        CudaLibrary.Load(out string reason, [Stub("cuda")]) ?? throw new AssertionException(reason);

    int LaunchShape(int axis) =>
        ((delegate* unmanaged<int, int>)NativeLibrary.GetExport(NativeLibrary.Load(Stub("cuda")), "stubLaunchShape"))(
            axis);

    string Stub(string name) => Path.Combine(folder, $"lib{name}-stub.so");

    static string Sources([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "Stubs");
}
