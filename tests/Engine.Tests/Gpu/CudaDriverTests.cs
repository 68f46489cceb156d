using System.Runtime.InteropServices;
using TripletGpu.Backends;
using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Launching;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Gpu;

/// <summary>The CUDA driver without a GPU: stubs of NVIDIA's libraries note the calls and know one kernel.</summary>
[Platform("Linux")]
public sealed unsafe class CudaDriverTests
{
    readonly TemporaryFolder folder = new();
    nint stub;

    string CudaStub => folder["libcuda-stub.so"];

    string NvrtcStub => folder["libnvrtc-stub.so"];

    [OneTimeSetUp]
    public void CompileStubs()
    {
        StubLibrary.Compile("cuda", CudaStub);
        StubLibrary.Compile("nvrtc", NvrtcStub);
        stub = NativeLibrary.Load(CudaStub);
    }

    [OneTimeTearDown]
    public void DeleteStubs() => folder.Dispose();

    [SetUp]
    public void Reset()
    {
        Fail("", 0);
        Calls();
    }

    [Test]
    public void Load_NotThere_SaysWhatIsMissing()
    {
        Assert.That(CudaLibrary.Load(out string reason, ["libNoSuchCuda.so"]), Is.Null);
        Assert.That(reason, Is.EqualTo("no NVIDIA driver (libNoSuchCuda.so): install the driver of an NVIDIA GPU"));
    }

    [Test]
    public void Load_LaterName_IsFound() =>
        Assert.That(CudaLibrary.Load(out _, ["libNoSuchCuda.so", CudaStub]), Is.Not.Null);

    [Test]
    public void Load_AnotherLibrary_NamesTheMissingFunction()
    {
        Assert.That(CudaLibrary.Load(out string reason, [NvrtcStub, CudaStub]), Is.Null);
        Assert.That(reason, Does.Contain("libnvrtc-stub.so is no NVIDIA driver").And.Contain("cuInit"));
    }

    [Test]
    public void Find_ReadsTheDevice()
    {
        CudaDevice device = Device();
        Assert.That(device.Capabilities.Name, Is.EqualTo("Stub GPU"));
        Assert.That(device.Capabilities.Driver, Is.EqualTo("CUDA 12.4"));
        Assert.That(device.CompilerVersion, Is.EqualTo("12.4"));
        Assert.That((device.Capabilities.ComputeUnits, device.Capabilities.SharedBytes), Is.EqualTo((42, 100000)));
        Assert.That((device.Unusable, device.Target), Is.EqualTo(("", (NvrtcTarget?)new NvrtcTarget("sm_89"))));
    }

    [Test]
    public void Find_WithoutNvrtc_ListsTheDeviceAsUnusable()
    {
        CudaDevice device = CudaDevices.Find(Library(), [], "no NVRTC", out _).Single();
        Assert.That(device.Unusable, Is.EqualTo("no NVRTC"));
        Assert.That(
            device.Open, Throws.TypeOf<CudaException>().With.Message.EqualTo("Stub GPU cannot be used: no NVRTC"));
    }

    [Test]
    public void Find_DriverDoesNotStart_GivesTheErrorsName()
    {
        Fail("cuInit", 100);
        Assert.That(CudaDevices.Find(Library(), [], "", out string reason), Is.Empty);
        Assert.That(reason, Is.EqualTo("the NVIDIA driver does not start: CUDA_ERROR_NO_DEVICE (100)"));
    }

    [Test]
    public void Launch_PassesViewsValuesAndCount()
    {
        using CudaDriver driver = Open();
        float[] values = [0, 1, 2, 3, 4], back = new float[5];
        nint buffer = driver.Allocate(64);
        fixed (float* p = values) driver.Upload(p, buffer, 0, sizeof(float) * 5);
        var part = new DeviceView<float>(buffer, 1, 3);
        ElementwiseKernels.LaunchAffine(driver, 3, part, part, 10, 1, 0);
        fixed (float* p = back) driver.Download(buffer, 0, p, sizeof(float) * 5);
        driver.Free(buffer);
        Assert.That(back, Is.EqualTo(new float[] { 0, 11, 21, 31, 4 }));
        Assert.That(Calls(), Is.EqualTo(
            """
            cuInit
            cuDevicePrimaryCtxRetain
            cuMemAlloc
            cuMemHostAlloc
            cuEventSynchronize
            cuMemcpyHtoDAsync 20
            cuEventRecord
            cuModuleLoadData
            cuModuleGetFunction Affine
            cuLaunchKernel Affine (1, 1, 1) x (128, 1, 1), 0
            cuMemcpyDtoHAsync 20
            cuStreamSynchronize
            cuStreamSynchronize
            cuMemFree

            """));
    }

    [Test]
    public void Upload_LargerThanTheStaging_GoesInParts()
    {
        using CudaDriver driver = Open();
        byte[] values = new byte[2 * PinnedStaging.SlotBytes + 3], back = new byte[values.Length];
        new Random(1).NextBytes(values);
        nint buffer = driver.Allocate(values.Length);
        fixed (byte* p = values) driver.Upload(p, buffer, 0, values.Length);
        string[] copies = [.. Calls().Split('\n').Where(c => c.StartsWith("cuMemcpy", StringComparison.Ordinal))];
        fixed (byte* p = back) driver.Download(buffer, 0, p, back.Length);
        driver.Free(buffer);
        Assert.That(back, Is.EqualTo(values));
        Assert.That(copies, Is.EqualTo(
            new[] { "cuMemcpyHtoDAsync 4194304", "cuMemcpyHtoDAsync 4194304", "cuMemcpyHtoDAsync 3" }));
    }

    [Test]
    public void Launch_FromAnotherThread_FindsTheContext()
    {
        using CudaDriver driver = Open();
        nint buffer = driver.Allocate(64);
        var view = new DeviceView<float>(buffer, 0, 3);
        float[] back = new float[3];
        // What memory holds at first times 0 may be NaN.
        fixed (float* p = back) driver.Upload(p, buffer, 0, sizeof(float) * 3);
        var thread = new Thread(() => ElementwiseKernels.LaunchAffine(driver, 3, view, view, 0, 1, 0));
        thread.Start();
        thread.Join();
        fixed (float* p = back) driver.Download(buffer, 0, p, sizeof(float) * 3);
        driver.Free(buffer);
        Assert.That(back, Is.EqualTo(new float[] { 1, 1, 1 }));
    }

    [Test]
    public void Launch_TooManyGroupsAlongY_SaysSo()
    {
        using CudaDriver driver = Open();
        Assert.That(() => driver.Launch(Kernel("Tall"), (1, 65536), []), Throws.TypeOf<CudaException>()
            .With.Message.EqualTo(
                "launch of TallKernels.Tall with 1 x 65536 x 1 groups: CUDA takes 65,535 along Y and Z"));
    }

    [Test]
    public void Launch_Empty_CallsNothing()
    {
        using CudaDriver driver = Open();
        Calls();
        driver.Launch(Kernel("Empty"), 0, []);
        Assert.That(Calls(), Is.Empty);
    }

    [Test]
    public void Launch_FaultOfTheDevice_NamesKernelAndError()
    {
        using CudaDriver driver = Open();
        Fail("cuLaunchKernel", 700);
        Assert.That(() => driver.Launch(Kernel("Faulty"), 3, []), Throws.TypeOf<CudaException>().With.Message.EqualTo(
            "launch of FaultyKernels.Faulty with 3 x 1 x 1 groups of 64 x 1 x 1: CUDA_ERROR_ILLEGAL_ADDRESS (700)"));
    }

    [Test]
    public void Launch_BrokenKernel_GivesItsNameAndTheLog()
    {
        using CudaDriver driver = Open();
        CudaException error = Assert.Throws<CudaException>(() => driver.Launch(Kernel("Broken", "#error"), 1, []))!;
        Assert.That(error.Message, Is.EqualTo(
            "NVRTC does not compile BrokenKernels.Broken: NVRTC_ERROR_COMPILATION (6)\n--gpu-architecture=sm_89"
            + " --std=c++17 --fmad=false "));
    }

    [Test]
    public void Cache_SecondDriver_LoadsTheFile_AndATornOneIsCompiledAnew()
    {
        string cache = folder["again"];
        KernelSource kernel = Kernel("Kept");
        using (CudaDriver first = Open(cache)) first.Launch(kernel, 1, []);
        string file = Directory.GetFiles(cache).Single();
        Assert.That(File.ReadAllText(file), Is.EqualTo("stub cubin\0"));
        DateTime written = File.GetLastWriteTimeUtc(file);
        using (CudaDriver second = Open(cache)) second.Launch(kernel, 1, []);
        Assert.That(File.GetLastWriteTimeUtc(file), Is.EqualTo(written));
        File.WriteAllText(file, "torn\0");
        using (CudaDriver third = Open(cache)) third.Launch(kernel, 1, []);
        Assert.That(File.ReadAllText(file), Is.EqualTo("stub cubin\0"));
    }

    [Test]
    public void Module_RefusedByTheDriver_NamesKernelAndError()
    {
        using CudaDriver driver = Open();
        Fail("cuModuleLoadData", 200);
        Assert.That(() => driver.Launch(Kernel("Refused"), 1, []), Throws.TypeOf<CudaException>().With.Message.EqualTo(
            "cuModuleLoadData of RefusedKernels.Refused (sm_89, NVRTC 12.4): CUDA_ERROR_INVALID_IMAGE (200)"));
    }

    [Test]
    public void Allocate_MoreThanTheDeviceHas_Throws()
    {
        using CudaDriver driver = Open();
        Assert.That(() => driver.Allocate(1L << 40), Throws.TypeOf<DeviceOutOfMemoryException>()
            .With.InnerException.Message.EqualTo("cuMemAlloc: CUDA_ERROR_OUT_OF_MEMORY (2)"));
    }

    [Test]
    public void Profile_TimesEachLaunchBetweenTwoEvents()
    {
        using CudaDriver driver = Open();
        KernelProfile profile = driver.Profile()!;
        KernelSource kernel = Kernel("Timed");
        driver.Launch(kernel, 1, []);
        driver.Launch(kernel, 1, []);
        driver.Synchronize();
        Assert.That(profile.Kernels.Select(k => (k.Kernel, k.Launches)), Is.EqualTo(new[] { (kernel.Name, 2) }));
        Assert.That(profile.Seconds, Is.EqualTo(3e-3).Within(1e-9));
    }

    [Test]
    public void Dispose_GivesEverythingBack()
    {
        CudaDriver driver = Open();
        nint buffer = driver.Allocate(4);
        int value = 1;
        driver.Upload(&value, buffer, 0, 4);
        driver.Launch(Kernel("Last"), 1, []);
        driver.Free(buffer);
        Calls();
        driver.Dispose();
        Assert.That(Calls().Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(new[]
        {
            "cuStreamSynchronize", "cuEventDestroy", "cuMemFreeHost", "cuModuleUnload", "cuStreamDestroy",
            "cuDevicePrimaryCtxRelease",
        }));
    }

    static KernelSource Kernel(string name, string body = "") => new()
    {
        Name = $"{name}Kernels.{name}",
        Entry = name,
        CSharp = "",
        Body = body,
        Group = 64,
        SharedBytes = 256,
    };

    CudaDriver Open(string? cache = null) => new(Device(), cache ?? folder["cache"]);

    CudaDevice Device()
    {
        var search = new NvrtcSearch([NvrtcStub], []);
        IReadOnlyList<NvrtcLibrary> compilers = NvrtcLibrary.LoadAll(out string reason, search);
        return CudaDevices.Find(Library(), compilers, reason, out _).Single();
    }

    CudaLibrary Library() => CudaLibrary.Load(out string reason, [CudaStub]) ?? throw new AssertionException(reason);

    string Calls() => Marshal.PtrToStringUTF8(
        (nint)((delegate* unmanaged<byte*>)NativeLibrary.GetExport(stub, "stubCalls"))())!;

    void Fail(string call, int code)
    {
        nint name = Marshal.StringToCoTaskMemUTF8(call);
        ((delegate* unmanaged<nint, int, void>)NativeLibrary.GetExport(stub, "stubFail"))(name, code);
        Marshal.FreeCoTaskMem(name);
    }
}
