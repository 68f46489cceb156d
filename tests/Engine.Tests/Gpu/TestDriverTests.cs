using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Gpu;

/// <summary>Which GPU drivers this run tests: one without a device here is a skip, or a failure if required.</summary>
public sealed class TestDriverTests
{
    [Test]
    public void Driver_OnThisMachine_PassesItsSelfTest(
        [ValueSource(typeof(TestDrivers), nameof(TestDrivers.Names))] string name) =>
        Assert.That(GpuSelfTest.Run(() => TestDevices.OpenDriver(name)), Is.Empty);
}
