using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels.Launching;
using TripletGpu.Support;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>
/// Every kernel of the catalog on a device, at edge sizes and in buffers without slack, against the same kernel's C# on
/// ILGPU's CPU accelerator. tests/oclgrind.sh runs this where every access is watched; there, what a kernel is to write
/// is left unwritten, and all buffers live to the end: oclgrind's record of what is written outlives a buffer.
/// </summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.Compiling))]
public sealed class KernelSuiteTests(string deviceName)
{
    static readonly bool WatchesReads = Environment.GetEnvironmentVariable("OCLGRIND_UNINITIALIZED") == "1";

    // All cases of the assembly: each static class of this namespace with Cases. Some take what kernels compute.
    static readonly Lazy<IReadOnlyList<KernelCase>> Cases = new(() =>
    [
        .. from type in typeof(KernelSuiteTests).Assembly.GetTypes()
           where type is { IsAbstract: true, IsSealed: true }
           let property = type.GetProperty(nameof(Cases))
           where property?.PropertyType == typeof(IEnumerable<KernelCase>)
           from c in (IEnumerable<KernelCase>)property.GetValue(null)!
           select c,
    ]);

    static readonly Dictionary<(KernelSource, KernelCase), Array[]> Expectations = [];

    readonly List<nint> buffers = [];
    IGpuDriver driver = null!;

    public static IEnumerable<KernelSource> Kernels => KernelCatalog.All;

    [OneTimeSetUp]
    public void OpenDevice()
    {
        driver = TestDevices.OpenDriver(deviceName);
        if (deviceName == TestDrivers.CudaOnCpu) CudaOnCpu.Compile(Kernels);
    }

    [OneTimeTearDown]
    public void CloseDevice()
    {
        foreach (nint buffer in buffers) driver.Free(buffer);
        driver?.Dispose();
    }

    [TestCaseSource(nameof(Kernels))]
    public void Kernel_OnADevice_ComputesWhatItsCSharpDoes(KernelSource kernel)
    {
        var method = new KernelMethod(kernel);
        KernelCase[] cases = [.. Cases.Value.Where(c => c.IsFor(kernel))];
        Assert.That(cases, Is.Not.Empty, $"{kernel} has no KernelCase in tests/Kernels.Tests/Suite");
        foreach (KernelCase c in cases) Check(c, kernel, method);
    }

    [Test]
    public void Case_NamesAKernel() =>
        Assert.That(Cases.Value.Where(c => !Kernels.Any(c.IsFor)), Is.Empty);

    void Check(KernelCase c, KernelSource kernel, KernelMethod method)
    {
        Array[] actual = Run(c, kernel, method, driver);
        if (WatchesReads) return; // what a kernel leaves as it was is not the reference's there

        if (!Expectations.TryGetValue((kernel, c), out Array[]? expected))
            Expectations.Add((kernel, c), expected = Run(c, kernel, method, Reference.Driver));
        for (int i = 0; i < actual.Length; i++) AssertClose(expected[i], actual[i], c.Tolerance, $"{c}, view {i}");
    }

    /// <summary>What a launch makes of the case's memory.</summary>
    Array[] Run(KernelCase c, KernelSource kernel, KernelMethod method, IGpuDriver on)
    {
        KernelMemory[] memory = [.. c.Arguments.OfType<KernelMemory>().Distinct()];
        Random random = new(1);
        Dictionary<KernelMemory, Array> arrays = memory.ToDictionary(m => m, m => m.Draw(random));
        Dictionary<KernelMemory, nint> device = memory.ToDictionary(
            m => m, m => m.Allocate(on, arrays[m], writesUndefined: !WatchesReads));
        var queue = new Recorded(on);
        method.Launch(queue, c, m => m.View(device[m], arrays[m]));
        on.Synchronize();
        Assert.That(queue.Launched, Is.EqualTo(new[] { kernel.Name }));
        Array[] results = [.. memory.Select(m => m.Download(on, device[m], arrays[m].Length))];
        if (on == driver) buffers.AddRange(device.Values);
        else
            foreach (nint buffer in device.Values) on.Free(buffer);
        return results;
    }

    static void AssertClose(Array expected, Array actual, Tolerance tolerance, string what)
    {
        if (expected is float[] floats)
            Close.AreClose([.. floats.Select(v => (double)v)], (float[])actual, tolerance, what);
        else Assert.That(actual, Is.EqualTo(expected), what);
    }

    /// <summary>A queue that notes which kernels pass.</summary>
    sealed class Recorded(IKernelQueue queue) : IKernelQueue
    {
        public List<string> Launched { get; } = [];

        public void Launch(KernelSource kernel, LaunchSize size, ReadOnlySpan<KernelArgument> arguments)
        {
            Launched.Add(kernel.Name);
            queue.Launch(kernel, size, arguments);
        }
    }
}
