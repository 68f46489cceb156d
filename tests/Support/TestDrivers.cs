using NUnit.Framework;
using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Ilgpu;
using TripletGpu.Backends.Gpu.OpenCl;

namespace TripletGpu.Support;

/// <summary>The GPU drivers by their test names, each with the first device that it can use.</summary>
public static class TestDrivers
{
    /// <summary>ILGPU's CPU accelerator, which calls a kernel's C# itself: slow, and on every machine.</summary>
    public const string Reference = "ilgpu-cpu";

    /// <summary>The CUDA driver and the kernels' CUDA C by stand-ins, without a card: only where asked for.</summary>
    public const string CudaOnCpu = "cuda-on-cpu";

    static readonly Dictionary<string, Lazy<(Func<IGpuDriver>? Open, string Reason)>> Found = new()
    {
        [Reference] = new(() => (IlgpuDevices.OpenCpu, "")),
        [TestDevices.OpenCl] = new(() =>
        {
            OpenClDevice? device = OpenClDevices.Find(out string reason).FirstOrDefault(d => d.Unusable == "");
            return (device is null ? null : device.Open, reason);
        }),
        ["ilgpu-opencl"] = new(() =>
        {
            OpenClDevice? device = OpenClDevices.Find(out string reason)
                .FirstOrDefault(d => d.Unusable == "" && d.UnusableByIlgpu == "");
            return (device is null ? null : device.OpenIlgpu, reason != "" ? reason : "ILGPU can use no OpenCL device");
        }),
        ["cuda"] = new(() =>
        {
            CudaDevice? device = CudaDevices.Find(out string reason).FirstOrDefault(d => d.Unusable == "");
            return (device is null ? null : device.Open, reason);
        }),
        ["ilgpu-cuda"] = new(() =>
        {
            CudaDevice? device = CudaDevices.Find(out string reason).FirstOrDefault();
            return (device is null ? null : device.OpenIlgpu, reason);
        }),
        [CudaOnCpu] = new(() => (Support.CudaOnCpu.Find(out string reason), reason)),
    };

    /// <summary>All of them; <see cref="CudaOnCpu"/> only where TRIPLETGPU_DEVICES names it.</summary>
    public static IEnumerable<string> Names =>
        Found.Keys.Where(name => name != CudaOnCpu || TestDevices.IsNamed(name));

    /// <summary>Opens the driver's first device; null, with the reason, where it has none here.</summary>
    public static Func<IGpuDriver>? Find(string name, out string reason)
    {
        (Func<IGpuDriver>? open, reason) = Found[name].Value;
        return open;
    }

    /// <summary>Ends a test that is too long for ILGPU's CPU accelerator, which starts a thread an item.</summary>
    public static void LeaveOutReference(string name)
    {
        if (name == Reference) Assert.Ignore("ILGPU's CPU accelerator takes minutes for it");
    }
}
