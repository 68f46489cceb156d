using NUnit.Framework;
using TripletGpu.Backends.Cpu;
using TripletGpu.Backends.Cpu.SmallConvolution;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;

namespace TripletGpu.Support;

/// <summary>
/// The devices that backend tests run on. A GPU backend that this machine has no device for is left out; one test says
/// so, and fails where TRIPLETGPU_REQUIRE names it. TRIPLETGPU_DEVICES, names with commas between them, leaves out all
/// others.
/// </summary>
public static class TestDevices
{
    /// <summary>An OpenCL device through the backend's own driver.</summary>
    public const string OpenCl = "opencl";

    /// <summary>The same with the forms of kernels that GPUs get, whatever the device is.</summary>
    public const string GpuForms = "opencl-gpu-forms";

    const string Required = "TRIPLETGPU_REQUIRE", Chosen = "TRIPLETGPU_DEVICES";

    static readonly string[] Cpus = ["cpu-avx512", "cpu-avx2", "cpu-portable"];

    /// <summary>The CPU backend with each instruction set.</summary>
    public static IEnumerable<string> Cpu => Cpus.Where(IsChosen);

    /// <summary>The GPU backends that have a device here.</summary>
    public static IEnumerable<string> Gpu => TestDrivers.Names.Append(GpuForms).Where(IsThere);

    /// <summary>All of both.</summary>
    public static IEnumerable<string> All => Cpu.Concat(Gpu);

    /// <summary>
    /// Those whose compilers a kernel passes: what ILGPU's CPU accelerator makes of its C# is what they must come to.
    /// </summary>
    public static IEnumerable<string> Compiling =>
        TestDrivers.Names.Where(name => name != TestDrivers.Reference && IsThere(name));

    /// <summary>
    /// Opens a device by its test name. One that this machine lacks skips the test, visibly; naming it in
    /// TRIPLETGPU_REQUIRE makes that a failure.
    /// </summary>
    public static Device Open(string name, int threads = 2)
    {
        if (!Cpus.Contains(name))
        {
            IGpuDriver driver = OpenDriver(name);
            GpuCapabilities asGpu = driver.Capabilities with { IsCpu = false };
            return new Device(name, new GpuBackend(driver, name == GpuForms ? new LaunchPlan(asGpu) : null));
        }
        CpuInstructionSet set = name switch
        {
            "cpu-avx512" => CpuInstructionSet.Avx512,
            "cpu-avx2" => CpuInstructionSet.Avx2,
            _ => CpuInstructionSet.Portable,
        };
        if (!CpuInstructionSets.IsSupported(set)) Skip(name, $"this machine does not run {set}");
        return new Device(name, new CpuBackend(threads, set));
    }

    /// <summary>Opens the driver of a GPU backend by its test name.</summary>
    public static IGpuDriver OpenDriver(string name)
    {
        Func<IGpuDriver>? open = TestDrivers.Find(DriverOf(name), out string reason);
        if (open is null) Skip(name, reason);
        return open!();
    }

    /// <summary>A visible skip, or a failure where TRIPLETGPU_REQUIRE names the device.</summary>
    public static void Skip(string name, string missing)
    {
        if (Names(Required).Contains(name)) Assert.Fail(missing);
        Assert.Ignore(missing);
    }

    /// <summary>Whether TRIPLETGPU_DEVICES names the device.</summary>
    public static bool IsNamed(string name) => Names(Chosen).Contains(name);

    static bool IsThere(string name) =>
        IsChosen(name) && (Names(Required).Contains(name) || TestDrivers.Find(DriverOf(name), out _) is not null);

    static bool IsChosen(string name) => Names(Chosen) is var names && (names.Length == 0 || names.Contains(name));

    static string DriverOf(string name) => name == GpuForms ? OpenCl : name;

    static string[] Names(string variable) =>
        (Environment.GetEnvironmentVariable(variable) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
}
