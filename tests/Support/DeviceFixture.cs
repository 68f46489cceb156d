using NUnit.Framework;

namespace TripletGpu.Support;

/// <summary>
/// A fixture that runs once on each device of a list: on the CPU backend, or what its own attribute says instead.
/// </summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Cpu))]
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
