using TripletGpu.Backends;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.OpenCl;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Launching;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Gpu;

/// <summary>The OpenCL driver: what it says when something is missing or wrong, and its cache of programs.</summary>
public sealed unsafe class OpenClDriverTests
{
    [Test]
    public void Load_NoLoader_SaysWhatToInstall()
    {
        Assert.That(OpenClLibrary.Load(out string reason, ["libNoSuchOpenCL.so.7"]), Is.Null);
        Assert.That(reason, Does.StartWith("no OpenCL 1.2 loader (libNoSuchOpenCL.so.7): install"));
    }

    [Test]
    [Platform("Linux")]
    public void Load_LibraryOfSomethingElse_SaysSo()
    {
        Assert.That(OpenClLibrary.Load(out string reason, ["libc.so.6"]), Is.Null);
        Assert.That(reason, Does.StartWith("libc.so.6 is no OpenCL 1.2 loader"));
    }

    [Test]
    public void Launch_BrokenKernel_GivesItsNameAndTheLog()
    {
        using var driver = Open();
        var broken =
            new KernelSource
            {
                Name = "BrokenKernels.Broken",
                Entry = "Broken",
                CSharp = "",
                Body = "KERNEL void Broken( { }",
                Group = 1
            };
        Assert.That(() => driver.Launch(broken, 1, []), Throws.TypeOf<OpenClException>()
            .With.Message.Contains("does not build BrokenKernels.Broken").And.Message.Contains("error"));
    }

    [Test]
    public void Allocate_MoreThanTheDeviceHas_Throws()
    {
        using var driver = Open();
        Assert.That(() => driver.Allocate(1L << 60), Throws.TypeOf<DeviceOutOfMemoryException>());
    }

    [Test]
    public void UploadDownload_Copy_KeepTheValues()
    {
        using var driver = Open();
        int[] values = [1, -2, 3], back = new int[3];
        nint a = driver.Allocate(64), b = driver.Allocate(64);
        fixed (int* p = values) driver.Upload(p, a, 0, sizeof(int) * 3);
        driver.Copy(a, 0, b, 0, sizeof(int) * 3);
        fixed (int* p = back) driver.Download(b, 0, p, sizeof(int) * 3);
        Assert.That(back, Is.EqualTo(values));
        driver.Free(a);
        driver.Free(b);
    }

    [Test]
    public void Cache_SecondDriver_TakesTheBinaryAndGivesTheSame()
    {
        string folder = Directory.CreateTempSubdirectory("triplet-opencl-").FullName;
        try
        {
            float first = AffineOfTwo(folder);
            string[] files = Directory.GetFiles(folder);
            Assert.That(files, Has.Length.EqualTo(1));
            Assert.That(AffineOfTwo(folder), Is.EqualTo(first).And.EqualTo(7f));
            File.WriteAllBytes(files[0], [1, 2, 3]); // a torn file: built anew
            Assert.That(AffineOfTwo(folder), Is.EqualTo(7f));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Profile_ThreeLaunches_CountsThemByKernel()
    {
        using var driver = Open();
        KernelProfile profile = driver.Profile()!;
        nint buffer = driver.Allocate(64);
        var view = new DeviceView<float>(buffer, 0, 16);
        ElementwiseKernels.LaunchFill(driver, 16, view, 1);
        ElementwiseKernels.LaunchAffine(driver, 16, view, view, 3, 1, 0);
        ElementwiseKernels.LaunchAffine(driver, 16, view, view, 3, 1, 0);
        driver.Synchronize();
        Assert.That(profile.Kernels.Select(k => (k.Kernel, k.Launches)), Is.EquivalentTo(new[]
        {
            ("ElementwiseKernels.Fill", 1), ("ElementwiseKernels.Affine", 2),
        }));
        Assert.That(profile.Kernels.Select(k => k.Seconds), Has.All.InRange(0, 1));
        profile.Clear();
        driver.Synchronize();
        Assert.That(profile.Seconds, Is.Zero);
        driver.Free(buffer);
    }

    static float AffineOfTwo(string folder)
    {
        using var driver = new OpenClDriver(Device(), folder);
        float value = 2, result = 0;
        nint buffer = driver.Allocate(64);
        driver.Upload(&value, buffer, 0, sizeof(float));
        var view = new DeviceView<float>(buffer, 0, 1);
        ElementwiseKernels.LaunchAffine(driver, 1, view, view, 3, 1, 0);
        driver.Download(buffer, 0, &result, sizeof(float));
        driver.Free(buffer);
        return result;
    }

    static OpenClDriver Open() => new(Device());

    static OpenClDevice Device()
    {
        OpenClDevice? device = OpenClDevices.Find(out string reason).FirstOrDefault(d => d.Unusable == "");
        if (device is null) TestDevices.Skip("opencl", reason);
        return device!;
    }
}
