using System.Globalization;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Ilgpu;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Backends.Gpu.OpenCl;
using TripletGpu.Models;
using TripletGpu.Models.Text;

namespace TripletGpu.Runner.Devices;

/// <summary>A GPU that was found, whichever driver it has.</summary>
/// <param name="id">What <c>--device</c> takes.</param>
/// <param name="driver">The driver's name and version.</param>
/// <param name="capabilities">Name, memory, compute units.</param>
/// <param name="compilers">The ways to compile for it, the preferred one first.</param>
sealed class GpuDevice(
    string id, string driver, GpuCapabilities capabilities, IReadOnlyList<DeviceCompiler> compilers)
{
    /// <summary>
    /// The families in the order in which <c>auto</c> prefers them. The last has ILGPU's CPU accelerator alone.
    /// </summary>
    public static readonly string[] Families = ["cuda", "opencl", "ilgpu"];

    /// <summary>The family of ILGPU's own device, and the id of its compiler.</summary>
    public const string Ilgpu = "ilgpu";

    /// <summary>What <c>--device</c> takes.</summary>
    public string Id => id;

    /// <summary>The driver's name and version.</summary>
    public string Driver => driver;

    /// <summary>Name, memory, compute units.</summary>
    public GpuCapabilities Capabilities => capabilities;

    /// <summary>The ways to compile for it, the preferred one first.</summary>
    public IReadOnlyList<DeviceCompiler> Compilers => compilers;

    /// <summary>
    /// Why it cannot be used; empty where it can. Asked for the first time, it builds and runs a kernel.
    /// </summary>
    public string Unusable
    {
        get
        {
            if (compilers.Any(c => c.Fault() == "")) return "";
            DeviceCompiler[] tried = [.. compilers.Where((c, n) => n == 0 || c.WasTried)];
            return tried is [var only] ? only.Fault()
                : string.Join("; ", tried.Select(c => $"by {c.Name}: {c.Fault()}"));
        }
    }

    /// <summary>Whether <c>auto</c> takes it: a device that is itself a CPU is slower than the CPU backend.</summary>
    public bool SuitsAuto => GpuPresence.IsPossible && !Capabilities.IsCpu && Unusable == "";

    /// <summary>The device that <c>auto</c> takes before the CPU, if there is one.</summary>
    /// <param name="number">
    /// Which one of those of its kind, for several processes; past the last one it begins at the first again.
    /// </param>
    public static GpuDevice? Best(int number = 0)
    {
        if (!GpuPresence.IsPossible) return null;
        foreach (string family in Families)
        {
            GpuDevice[] suited = [.. Find(family, out _).Where(device => device.SuitsAuto)];
            if (suited.Length > 0) return suited[number % suited.Length];
        }
        return null;
    }

    /// <summary>The device that <c>ilgpu:N</c> means; null where there is none, or the text has another form.</summary>
    public static GpuDevice? OfIlgpu(string id) =>
        int.TryParse(id.AsSpan(id.IndexOf(':') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int n)
            ? Families.SelectMany(family => Find(family, out _))
                .Where(device => device.Compilers.Any(c => c.Id == Ilgpu && c.KnownFault == ""))
                .ElementAtOrDefault(n)
            : null;

    /// <summary>The devices of one family; with the reason where there are none.</summary>
    public static IReadOnlyList<GpuDevice> Find(string family, out string reason)
    {
        reason = "";
        try
        {
            return family switch
            {
                "cuda" => [.. CudaDevices.Find(out reason).Select((d, n) => new GpuDevice(
                    $"cuda:{n}", d.Capabilities.Driver, d.Capabilities,
                    [
                        new("nvrtc", $"NVRTC {d.CompilerVersion}".TrimEnd(), d.Unusable, d.Open),
                        new(Ilgpu, $"ILGPU {IlgpuDevices.Version}", "", d.OpenIlgpu),
                    ]))],
                "opencl" => [.. OpenClDevices.Find(out reason).Select((d, n) => new GpuDevice(
                    $"opencl:{n}", $"{d.Platform}, {d.Capabilities.Driver}", d.Capabilities,
                    [
                        new("opencl", "OpenCL C", d.Unusable, d.Open),
                        new(Ilgpu, $"ILGPU {IlgpuDevices.Version}", d.Unusable != "" ? d.Unusable : d.UnusableByIlgpu,
                            d.OpenIlgpu),
                    ]))],
                _ => [IlgpuCpu()],
            };
        }
        catch (DriverException exception)
        {
            reason = DeviceCompiler.OneLine(exception.Message);
            return [];
        }
    }

    /// <summary>Opens the device.</summary>
    /// <param name="by">The compiler's id; empty for the first that serves.</param>
    /// <exception cref="UserErrorException">It cannot be used, or there is no such compiler.</exception>
    public Device Open(string by = "")
    {
        DeviceCompiler compiler = CompilerFor(by);
        string name = NameBy(by);
        try
        {
            IGpuDriver opened = compiler.Open();
            LaunchPlan plan = new(opened.Capabilities);
            if (!plan.UsesPanels)
                plan = new(opened.Capabilities) { Tuned = Tuned(compiler).Read(Warn) };
            // A device that is a CPU takes tiles only where it is asked to.
            TileTrials? trials = opened.Capabilities.IsCpu ? null : new(opened, compiler.Name, Warn);
            return new Device(name, new GpuBackend(opened, plan, trials));
        }
        catch (DriverException exception)
        {
            throw new UserErrorException($"--device {name}: {DeviceCompiler.OneLine(exception.Message)}");
        }

        static void Warn(string line) => Console.Error.WriteLine(Printable.Line($"warning: {line}"));
    }

    /// <summary>The compiler that the device is opened with.</summary>
    /// <inheritdoc cref="Open"/>
    public DeviceCompiler CompilerFor(string by)
    {
        string name = NameBy(by);
        if (by != "" && compilers.All(c => c.Id != by))
            throw new UserErrorException(
                $"--device {name}: kernels for {Id} are compiled by "
                + string.Join(" or ", compilers.Select(c => c.Id)));
        return compilers.FirstOrDefault(c => (by == "" || c.Id == by) && c.Fault() == "")
            ?? throw new UserErrorException(
                $"--device {name}: {Capabilities.Name} cannot be used: "
                + (by == "" ? Unusable : compilers.First(c => c.Id == by).Fault()));
    }

    /// <summary>Where measurements of its tiles are kept.</summary>
    public TunedTilesFile Tuned(DeviceCompiler compiler) => new(Capabilities, compiler.Name);

    string NameBy(string by) => by == "" ? Id : $"{Id}+{by}";

    static GpuDevice IlgpuCpu() => new(
        "ilgpu:cpu", "calls the kernels' C#, for debugging", IlgpuDevices.CpuCapabilities(),
        [new(Ilgpu, $"ILGPU {IlgpuDevices.Version}", "", IlgpuDevices.OpenCpu)]);
}
