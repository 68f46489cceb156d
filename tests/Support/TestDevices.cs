using NUnit.Framework;
using TripletGpu.Backends.Cpu;

namespace TripletGpu.Support;

/// <summary>The devices that every backend test runs on: each instruction set of the CPU backend.</summary>
public static class TestDevices
{
    const string Required = "TRIPLETGPU_REQUIRE";

    /// <summary>Names for <see cref="TestFixtureSourceAttribute"/>.</summary>
    public static IEnumerable<string> All => ["cpu-avx512", "cpu-avx2", "cpu-portable"];

    /// <summary>
    /// Opens a device by its test name. One that this machine lacks skips the test, visibly; naming it in
    /// TRIPLETGPU_REQUIRE makes that a failure.
    /// </summary>
    public static Device Open(string name, int threads = 2)
    {
        CpuInstructionSet set = name switch
        {
            "cpu-avx512" => CpuInstructionSet.Avx512,
            "cpu-avx2" => CpuInstructionSet.Avx2,
            "cpu-portable" => CpuInstructionSet.Portable,
            _ => throw new ArgumentException($"no test device is called {name}"),
        };
        if (!CpuInstructionSets.IsSupported(set))
        {
            string missing = $"this machine does not run {set}";
            if ((Environment.GetEnvironmentVariable(Required) ?? "").Split(',').Contains(name)) Assert.Fail(missing);
            Assert.Ignore(missing);
        }
        return new Device(name, new CpuBackend(threads, set));
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
