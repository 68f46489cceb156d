using TripletGpu.Backends.Cpu;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.OpenCl;

namespace TripletGpu.Runner.Devices;

/// <summary>The devices of this machine by the identifiers of the command line.</summary>
static class DeviceCatalog
{
    /// <summary>The identifier that lets the catalog choose.</summary>
    public const string Auto = "auto";

    const string Cpu = "cpu", OpenCl = "opencl";
    static readonly string[] Families = ["opencl", "cuda", "ilgpu"];

    /// <summary>Every device found, those that cannot be used included.</summary>
    public static IReadOnlyList<DeviceEntry> List()
    {
        IReadOnlyList<OpenClDevice> openCl = OpenClDevices.Find(out _);
        OpenClDevice? chosen = Choose(openCl);
        return
        [
            new DeviceEntry(
                Cpu, CpuName.Read(), $".NET {Environment.Version}, {InstructionsText(CpuInstructionSets.Best)}",
                GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Environment.ProcessorCount, Auto: chosen is null, Usable: true),
            .. openCl.Select((d, n) => new DeviceEntry(
                $"{OpenCl}:{n}", d.Capabilities.Name, $"{d.Platform}, {d.Capabilities.Driver}", d.Capabilities.GlobalBytes,
                d.Capabilities.ComputeUnits, Auto: d == chosen, d.Unusable == "", d.Unusable == "" ? null : d.Unusable)),
        ];
    }

    /// <summary>Opens a device; one that is named and cannot be used is an error, never replaced by another.</summary>
    /// <param name="id"><c>auto</c>, or an identifier that <see cref="List"/> gives.</param>
    /// <param name="threads">Threads of the CPU device; 0 takes one a core.</param>
    /// <exception cref="UserErrorException">There is no such device, or it cannot be used.</exception>
    public static Device Open(string id, int threads)
    {
        if (id == Cpu) return new Device(Cpu, new CpuBackend(threads));
        if (id == Auto)
        {
            IReadOnlyList<OpenClDevice> all = OpenClDevices.Find(out _);
            OpenClDevice? chosen = Choose(all);
            return chosen is null
                ? new Device(Cpu, new CpuBackend(threads))
                : OpenOpenCl(chosen, $"{OpenCl}:{all.TakeWhile(d => d != chosen).Count()}");
        }
        if (id.StartsWith(OpenCl + ":", StringComparison.Ordinal)) return OpenOpenCl(id);
        string family = id.Split(':')[0];
        throw new UserErrorException(Families.Contains(family)
            ? $"--device {id}: there is no such device here; triplet devices lists those that there are"
            : $"--device {id}: a device is auto, cpu, opencl:N, cuda:N or ilgpu:N, and triplet devices lists them");
    }

    /// <summary>What auto takes: an OpenCL GPU. A device that is itself a CPU is slower than the CPU backend.</summary>
    static OpenClDevice? Choose(IReadOnlyList<OpenClDevice> devices) =>
        devices.FirstOrDefault(d => d.Unusable == "" && !d.Capabilities.IsCpu);

    static Device OpenOpenCl(string id)
    {
        IReadOnlyList<OpenClDevice> devices = OpenClDevices.Find(out string reason);
        if (!int.TryParse(id.AsSpan(OpenCl.Length + 1), out int n) || n < 0 || n >= devices.Count)
            throw new UserErrorException($"--device {id}: {(devices.Count == 0 ? reason : $"there are {OpenCl}:0 to {OpenCl}:{devices.Count - 1}")}");
        return devices[n].Unusable == ""
            ? OpenOpenCl(devices[n], id)
            : throw new UserErrorException($"--device {id}: {devices[n]} cannot be used: {devices[n].Unusable}");
    }

    static Device OpenOpenCl(OpenClDevice device, string id)
    {
        try
        {
            return new Device(id, new GpuBackend(device.Open()));
        }
        catch (OpenClException exception)
        {
            throw new UserErrorException($"--device {id}: {exception.Message}");
        }
    }

    static string InstructionsText(CpuInstructionSet set) => set switch
    {
        CpuInstructionSet.Avx512 => "AVX-512",
        CpuInstructionSet.Avx2 => "AVX2 and FMA",
        _ => "128-bit vectors",
    };
}
