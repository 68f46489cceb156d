using NUnit.Framework;
using TripletGpu.Backends.Cpu;
using TripletGpu.Backends.Cpu.SmallConvolution;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.OpenCl;

namespace TripletGpu.Support;

/// <summary>The devices that every backend test runs on: each instruction set of the CPU backend.</summary>
public static class TestDevices
{
    const string Required = "TRIPLETGPU_REQUIRE", OpenCl = "opencl";

    /// <summary>Names for <see cref="TestFixtureSourceAttribute"/>.</summary>
    public static IEnumerable<string> All => ["cpu-avx512", "cpu-avx2", "cpu-portable"];

    /// <summary>Names of the GPU backends, for tests that run on those too.</summary>
    public static IEnumerable<string> Gpu => [OpenCl];

    /// <summary>Names of the devices that compile kernels: the kernels' C# itself is what they must come to.</summary>
    public static IEnumerable<string> Compiled => [OpenCl];

    /// <summary>
    /// Opens a device by its test name. One that this machine lacks skips the test, visibly; naming it in
    /// TRIPLETGPU_REQUIRE makes that a failure.
    /// </summary>
    public static Device Open(string name, int threads = 2)
    {
        if (name == OpenCl) return new Device(name, new GpuBackend(OpenDriver(name)));
        CpuInstructionSet set = name switch
        {
            "cpu-avx512" => CpuInstructionSet.Avx512,
            "cpu-avx2" => CpuInstructionSet.Avx2,
            "cpu-portable" => CpuInstructionSet.Portable,
            _ => throw new ArgumentException($"no test device is called {name}"),
        };
        if (!CpuInstructionSets.IsSupported(set)) Skip(name, $"this machine does not run {set}");
        return new Device(name, new CpuBackend(threads, set));
    }

    /// <summary>Opens the driver of a GPU backend.</summary>
    public static IGpuDriver OpenDriver(string name)
    {
        OpenClDevice? device = OpenClDevices.Find(out string reason).FirstOrDefault(d => d.Unusable == "");
        if (device is null) Skip(name, reason);
        return device!.Open();
    }

    /// <summary>A visible skip, or a failure where TRIPLETGPU_REQUIRE names the device.</summary>
    public static void Skip(string name, string missing)
    {
        if ((Environment.GetEnvironmentVariable(Required) ?? "").Split(',').Contains(name)) Assert.Fail(missing);
        Assert.Ignore(missing);
    }
}

/// <summary>A fixture that runs once on every test device.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public abstract class DeviceFixture(string deviceName)
{
    /// <summary>The device under test, open for the whole fixture.</summary>
    protected Device Device { get; private set; } = null!;

    /// <summary>Its test name.</summary>
    protected string DeviceName { get; } = deviceName;

    [OneTimeSetUp]
    public void OpenDevice() => Device = TestDevices.Open(DeviceName);

    [OneTimeTearDown]
    public void CloseDevice() => Device?.Dispose();
}
