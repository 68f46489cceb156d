using TripletGpu.Backends.Cpu;

namespace TripletGpu.Runner.Devices;

/// <summary>The devices of this machine by the identifiers of the command line.</summary>
static class DeviceCatalog
{
    /// <summary>The identifier that lets the catalog choose.</summary>
    public const string Auto = "auto";

    const string Cpu = "cpu";
    static readonly string[] Families = ["opencl", "cuda", "ilgpu"];

    /// <summary>Every device found, those that cannot be used included.</summary>
    public static IReadOnlyList<DeviceEntry> List() =>
    [
        new DeviceEntry(
            Cpu, CpuName.Read(), $".NET {Environment.Version}, {InstructionsText(CpuInstructionSets.Best)}",
            GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, Environment.ProcessorCount, Auto: true, Usable: true),
    ];

    /// <summary>Opens a device; one that is named and cannot be used is an error, never replaced by another.</summary>
    /// <param name="id"><c>auto</c>, or an identifier that <see cref="List"/> gives.</param>
    /// <param name="threads">Threads of the CPU device; 0 takes one a core.</param>
    /// <exception cref="UserErrorException">There is no such device, or it cannot be used.</exception>
    public static Device Open(string id, int threads)
    {
        if (id is Auto or Cpu) return new Device(Cpu, new CpuBackend(threads));
        string family = id.Split(':')[0];
        throw new UserErrorException(Families.Contains(family)
            ? $"--device {id}: there is no such device here; triplet devices lists those that there are"
            : $"--device {id}: a device is auto, cpu, opencl:N, cuda:N or ilgpu:N, and triplet devices lists them");
    }

    static string InstructionsText(CpuInstructionSet set) => set switch
    {
        CpuInstructionSet.Avx512 => "AVX-512",
        CpuInstructionSet.Avx2 => "AVX2 and FMA",
        _ => "128-bit vectors",
    };
}
