using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Ilgpu;
using TripletGpu.Backends.Gpu.OpenCl;

namespace TripletGpu.Runner.Devices;

/// <summary>A GPU that was found, whichever driver it has.</summary>
/// <param name="id">What <c>--device</c> takes.</param>
/// <param name="driver">The driver's name and version.</param>
/// <param name="capabilities">Name, memory, compute units.</param>
/// <param name="found">
/// Why it cannot be used, as far as can be seen without opening it; empty where it seems it can.
/// </param>
/// <param name="open">Opens it.</param>
/// <param name="takenByAuto">False where another family has the same device and is preferred.</param>
sealed class GpuDevice(
    string id, string driver, GpuCapabilities capabilities, string found, Func<IGpuDriver> open,
    bool takenByAuto = true)
{
    /// <summary>The families in the order in which <c>auto</c> prefers them.</summary>
    public static readonly string[] Families = ["cuda", "ilgpu", "opencl"];

    readonly Lazy<string> unusable = new(() => OneLine(found != "" ? found : GpuSelfTest.Run(open)));

    /// <summary>What <c>--device</c> takes.</summary>
    public string Id => id;

    /// <summary>The driver's name and version.</summary>
    public string Driver => driver;

    /// <summary>Name, memory, compute units.</summary>
    public GpuCapabilities Capabilities => capabilities;

    /// <summary>
    /// Why it cannot be used; empty where it can. Asked for the first time, it builds and runs a kernel.
    /// </summary>
    public string Unusable => unusable.Value;

    /// <summary>Whether <c>auto</c> takes it: a device that is itself a CPU is slower than the CPU backend.</summary>
    public bool SuitsAuto => takenByAuto && GpuPresence.IsPossible && !Capabilities.IsCpu && Unusable == "";

    /// <summary>The device that <c>auto</c> takes before the CPU, if there is one.</summary>
    public static GpuDevice? Best() => GpuPresence.IsPossible
        ? Families.SelectMany(family => Find(family, out _)).FirstOrDefault(device => device.SuitsAuto) : null;

    /// <summary>The devices of one family; with the reason where there are none.</summary>
    public static IReadOnlyList<GpuDevice> Find(string family, out string reason)
    {
        try
        {
            return family switch
            {
                "cuda" => [.. CudaDevices.Find(out reason).Select((d, n) =>
                    new GpuDevice($"cuda:{n}", d.Capabilities.Driver, d.Capabilities, d.Unusable, d.Open))],
                "ilgpu" => [.. IlgpuDevices.Find(out reason).Select((d, n) =>
                    new GpuDevice($"ilgpu:{n}", d.Capabilities.Driver, d.Capabilities, "", d.Open, d.IsCuda))],
                _ => [.. OpenClDevices.Find(out reason).Select((d, n) =>
                    new GpuDevice(
                        $"opencl:{n}", $"{d.Platform}, {d.Capabilities.Driver}", d.Capabilities, d.Unusable, d.Open))],
            };
        }
        catch (DriverException exception)
        {
            reason = OneLine(exception.Message);
            return [];
        }
    }

    /// <summary>Opens the device.</summary>
    /// <exception cref="UserErrorException">It cannot be used.</exception>
    public Device Open()
    {
        if (Unusable != "")
            throw new UserErrorException($"--device {Id}: {Capabilities.Name} cannot be used: {Unusable}");
        try
        {
            return new Device(Id, new GpuBackend(open()));
        }
        catch (DriverException exception)
        {
            throw new UserErrorException($"--device {Id}: {OneLine(exception.Message)}");
        }
    }

    static string OneLine(string message) =>
        string.Join(' ', message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
