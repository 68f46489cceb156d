using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.OpenCl;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Launching;
using TripletGpu.Support;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>
/// Every kernel of the catalog on a device, at edge sizes and in buffers without slack, against the same kernel called
/// as plain C#. tests/oclgrind.sh runs this where every access is watched; there, what a kernel is to write is left
/// unwritten, and all buffers live to the end: oclgrind's record of what is written outlives a buffer.
/// </summary>
public sealed class KernelSuiteTests
{
    static readonly bool WatchesReads = Environment.GetEnvironmentVariable("OCLGRIND_UNINITIALIZED") == "1";

    readonly List<nint> buffers = [];
    IGpuDriver driver = null!;

    /// <summary>All cases of the assembly: each static class of this namespace with <c>Cases</c>.</summary>
    public static IReadOnlyList<KernelCase> Cases { get; } =
    [
        .. from type in typeof(KernelSuiteTests).Assembly.GetTypes()
           where type is { IsAbstract: true, IsSealed: true }
           let property = type.GetProperty(nameof(Cases))
           where property?.PropertyType == typeof(IEnumerable<KernelCase>)
           from c in (IEnumerable<KernelCase>)property.GetValue(null)!
           select c,
    ];

    public static IEnumerable<KernelSource> Kernels => KernelCatalog.All;

    [OneTimeSetUp]
    public void OpenDevice()
    {
        OpenClDevice? device = OpenClDevices.Find(out string reason).FirstOrDefault(d => d.Unusable == "");
        if (device is null) TestDevices.Skip("opencl", reason);
        driver = device!.Open();
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
        if (kernel.UsesDouble && !driver.Capabilities.HasDouble) Assert.Ignore("the device has no double");
        var method = new KernelMethod(kernel);
        KernelCase[] cases = [.. Cases.Where(c => c.IsFor(kernel))];
        Assert.That(cases, Is.Not.Empty, $"{kernel} has no KernelCase in tests/Kernels.Tests/Suite");
        foreach (KernelCase c in cases) Check(c, kernel, method);
    }

    [Test]
    public void Case_NamesAKernel() =>
        Assert.That(Cases.Where(c => !Kernels.Any(c.IsFor)), Is.Empty);

    void Check(KernelCase c, KernelSource kernel, KernelMethod method)
    {
        KernelMemory[] memory = [.. c.Arguments.OfType<KernelMemory>().Distinct()];
        Random random = new(1);
        Dictionary<KernelMemory, Array> arrays = memory.ToDictionary(m => m, m => m.Draw(random));
        Dictionary<KernelMemory, nint> device = memory.ToDictionary(
            m => m, m => m.Allocate(driver, arrays[m], writesUndefined: !WatchesReads));
        buffers.AddRange(device.Values);
        var queue = new Recorded(driver);
        method.Launch(queue, c, m => m.View(device[m], arrays[m]));
        driver.Synchronize();
        Assert.That(queue.Launched, Is.EqualTo(new[] { kernel.Name }));
        if (WatchesReads) return; // what a kernel leaves as it was is not the emulation's there

        method.Call(c, m => m.View(arrays[m]));
        for (int i = 0; i < memory.Length; i++)
            AssertClose(arrays[memory[i]], memory[i].Download(driver, device[memory[i]], arrays[memory[i]].Length),
                c.Tolerance, $"{c}, view {i}");
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
            Launched.Add(kernel.Name.Split('[')[0]); // without launch-time constants
            queue.Launch(kernel, size, arguments);
        }
    }
}
