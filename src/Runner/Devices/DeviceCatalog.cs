using TripletGpu.Backends.Cpu;
using TripletGpu.Backends.Gpu.OpenCl;
using TripletGpu.Models;

namespace TripletGpu.Runner.Devices;

/// <summary>The devices of this machine by the identifiers of the command line.</summary>
static class DeviceCatalog
{
    /// <summary>The identifier that lets the catalog choose.</summary>
    public const string Auto = "auto";

    internal const string Cpu = "cpu";

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
            entries.AddRange(gpus.Select(g => Entry(g, g == chosen)));
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
    /// <param name="id">
    /// <c>auto</c>, or an identifier that <see cref="List"/> gives; behind a + the compiler, <c>cuda:0+ilgpu</c>.
    /// <c>ilgpu:N</c> is the N-th device that ILGPU compiles for, its CPU accelerator last.
    /// </param>
    /// <param name="threads">Threads of the CPU device; 0 takes one a core.</param>
    /// <param name="number">Of several processes on this machine, which one asks: <c>auto</c> takes the GPU of that
    /// number.</param>
    /// <exception cref="UserErrorException">There is no such device, or it cannot be used.</exception>
    public static Device Open(string id, int threads, int number = 0) => Find(id, number) is { } found
        ? found.Gpu.Open(found.By) : new Device(Cpu, new CpuBackend(threads));

    /// <summary>The GPU, or OpenCL device, that an identifier means, and its compiler; null for the CPU.</summary>
    /// <inheritdoc cref="Open"/>
    public static (GpuDevice Gpu, string By)? Find(string id, int number = 0)
    {
        if (id == Cpu) return null;
        if (id == Auto) return GpuDevice.Best(number) is { } best ? (best, "") : null;
        string family = id.Split(':')[0];
        if (GpuDevice.Families.Contains(family)) return FindGpu(id, family);
        throw new UserErrorException(
            $"--device {id}: a device is auto, cpu, cuda:N, opencl:N or ilgpu:cpu, and triplet devices lists them");
    }

    static (GpuDevice Gpu, string By) FindGpu(string id, string family)
    {
        IReadOnlyList<GpuDevice> devices = GpuDevice.Find(family, out string reason);
        if (family == GpuDevice.Ilgpu && GpuDevice.OfIlgpu(id) is { } numbered) return (numbered, GpuDevice.Ilgpu);
        string[] parts = id.Split('+', 2);
        if (devices.FirstOrDefault(d => d.Id == parts[0]) is { } device)
            return (device, parts.Length == 1 ? "" : parts[1]);
        string there = devices.Count == 0 ? reason : $"there is {string.Join(", ", devices.Select(d => d.Id))}";
        throw new UserErrorException($"--device {id}: there is no such device here; {there}");
    }

    static DeviceEntry Entry(GpuDevice device, bool isChosen)
    {
        // Asked first: a compiler that was tried knows more.
        string unusable = device.Capabilities.IsCpu && device.Compilers.Count == 1 ? "" : device.Unusable;
        return new(
            device.Id, device.Capabilities.Name, device.Driver, device.Capabilities.GlobalBytes,
            device.Capabilities.ComputeUnits, isChosen, unusable == "", unusable == "" ? null : unusable,
            [.. device.Compilers.Select(c => new CompilerEntry(
                c.Id, c.Name, c.KnownFault == "", c.KnownFault == "" ? null : c.KnownFault,
                device.Tuned(c).Read(warn: _ => { })?.Measured))]);
    }

    static string InstructionsText(CpuInstructionSet set) => set switch
    {
        CpuInstructionSet.Avx512 => "AVX-512",
        CpuInstructionSet.Avx2 => "AVX2 and FMA",
        _ => "128-bit vectors",
    };
}
