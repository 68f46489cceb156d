using System.Text;
using ILGPU.Runtime.Cuda;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Ilgpu;
using TripletGpu.Kernels;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>What a kernel becomes for an NVIDIA card, as text and without one.</summary>
/// <param name="Compiler">Who made the PTX: <c>NVRTC 12.4</c>, <c>ILGPU</c>.</param>
/// <param name="Architecture">80 for compute_80 and sm_80.</param>
/// <param name="Ptx">NVIDIA's portable assembly language.</param>
public sealed record NvidiaText(string Compiler, int Architecture, string Ptx)
{
    // What PTX 7.8, which ILGPU writes, has names for.
    const int OldestOfIlgpu = 50, NewestOfIlgpu = 90;

    /// <summary>By NVRTC; null, with the reason, where it is missing or does not know the architecture.</summary>
    /// <exception cref="DriverException">It does not compile the kernel.</exception>
    public static NvidiaText? ByNvrtc(KernelSource kernel, int architecture, out string reason)
    {
        IReadOnlyList<NvrtcLibrary> all = NvrtcLibrary.LoadAll(out reason);
        if (all.Count == 0) return null;
        NvrtcLibrary? compiler = all.FirstOrDefault(n => n.Architectures().Contains(architecture));
        reason = compiler is null ? $"NVRTC {all[0].Version} knows no compute_{architecture}, but "
            + string.Join(", ", all[0].Architectures()) : "";
        if (compiler is null) return null;
        byte[] ptx = compiler.Compile(kernel, new NvrtcTarget($"compute_{architecture}"));
        return new($"NVRTC {compiler.Version}", architecture, Encoding.UTF8.GetString(ptx).TrimEnd('\0'));
    }

    /// <summary>By ILGPU; null, with the reason, where it does not know the architecture.</summary>
    public static NvidiaText? ByIlgpu(KernelSource kernel, int architecture, out string reason)
    {
        reason = architecture is >= OldestOfIlgpu and <= NewestOfIlgpu ? ""
            : $"ILGPU writes PTX {OldestOfIlgpu} to {NewestOfIlgpu}, compute capability 5.0 to 9.0";
        if (reason != "") return null;
        using IlgpuTexts texts = new();
        string ptx = texts.Ptx(kernel.Method!(), new CudaArchitecture(architecture / 10, architecture % 10),
            (int)(kernel.Group?.Count ?? 0));
        return new("ILGPU", architecture, ptx);
    }

    /// <summary>
    /// The machine code, by NVIDIA's assembler and disassembler; null, with the reason, where one of them is missing.
    /// </summary>
    public string? Sass(out string reason) => NvidiaTools.Disassemble(Ptx, Architecture, out reason);

    /// <summary>
    /// The registers that an item takes, by NVIDIA's assembler; null, with the reason, where that is missing.
    /// </summary>
    public int? Registers(out string reason) => NvidiaTools.Registers(Ptx, Architecture, out reason);
}
