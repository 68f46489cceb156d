using TripletGpu.Backends.Cpu;
using TripletGpu.Backends.Gpu.OpenCl;

namespace TripletGpu.Runner.Devices;

/// <summary>The devices of this machine by the identifiers of the command line.</summary>
static class DeviceCatalog
{
    /// <summary>The identifier that lets the catalog choose.</summary>
    public const string Auto = "auto";

    const string Cpu = "cpu";

    /// <summary>
    /// Every device found, those that cannot be used included, and for each kind of driver without a device the reason.
    /// </summary>
    public static IReadOnlyList<DeviceEntry> List()
    {
        var entries = new List<DeviceEntry>();
        GpuDevice? chosen = null;
        foreach (string family in GpuDevice.Families)
        {
            IReadOnlyList<GpuDevice> gpus = GpuDevice.Find(family, out string reason);
            chosen ??= gpus.FirstOrDefault(g => g.SuitsAuto);
            entries.AddRange(gpus.Select(g => new DeviceEntry(
                g.Id, g.Capabilities.Name, g.Driver, g.Capabilities.GlobalBytes, g.Capabilities.ComputeUnits,
                g == chosen, g.Unusable == "", g.Unusable == "" ? null : g.Unusable)));
            if (gpus.Count == 0) entries.Add(DeviceEntry.Missing(family, reason));
        }
        entries.AddRange(OpenClVendors.Broken().Select(b => DeviceEntry.Missing("opencl", b.Reason)));
        entries.Insert(0, new DeviceEntry(
            Cpu, CpuName.Read(), $".NET {Environment.Version}, {InstructionsText(CpuInstructionSets.Best)}",
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Environment.ProcessorCount, Auto: chosen is null,
            Usable: true));
        return entries;
    }

    /// <summary>Opens a device; one that is named and cannot be used is an error, never replaced by another.</summary>
    /// <param name="id"><c>auto</c>, or an identifier that <see cref="List"/> gives.</param>
    /// <param name="threads">Threads of the CPU device; 0 takes one a core.</param>
    /// <exception cref="UserErrorException">There is no such device, or it cannot be used.</exception>
    public static Device Open(string id, int threads)
    {
        if (id == Cpu) return new Device(Cpu, new CpuBackend(threads));
        if (id == Auto) return GpuDevice.Best()?.Open() ?? new Device(Cpu, new CpuBackend(threads));
        string family = id.Split(':')[0];
        if (GpuDevice.Families.Contains(family)) return OpenGpu(id, family);
        throw new UserErrorException(
            $"--device {id}: a device is auto, cpu, opencl:N, cuda:N or ilgpu:N, and triplet devices lists them");
    }

    static Device OpenGpu(string id, string family)
    {
        IReadOnlyList<GpuDevice> devices = GpuDevice.Find(family, out string reason);
        if (devices.FirstOrDefault(d => d.Id == id) is { } device) return device.Open();
        string there = devices.Count == 0 ? reason : $"there is {string.Join(", ", devices.Select(d => d.Id))}";
        throw new UserErrorException($"--device {id}: there is no such device here; {there}");
    }

    static string InstructionsText(CpuInstructionSet set) => set switch
    {
        CpuInstructionSet.Avx512 => "AVX-512",
        CpuInstructionSet.Avx2 => "AVX2 and FMA",
        _ => "128-bit vectors",
    };
}
