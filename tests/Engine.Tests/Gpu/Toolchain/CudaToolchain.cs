using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Kernels;

namespace TripletGpu.Engine.Tests.Gpu.Toolchain;

/// <summary>NVIDIA's compiler, assembler and disassembler, which need no card. See tests/cuda-toolchain.sh.</summary>
sealed class CudaToolchain : IDisposable
{
    readonly string tools, folder = Directory.CreateTempSubdirectory("triplet-cuda-").FullName;
    readonly NvrtcLibrary nvrtc;

    CudaToolchain(string tools, NvrtcLibrary nvrtc) => (this.tools, this.nvrtc) = (tools, nvrtc);

    /// <summary>Opens what the script has fetched of a version, or says why not.</summary>
    public static CudaToolchain? Open(string version, out string reason)
    {
        reason = "tests/cuda-toolchain.sh runs these tests";
        if (Environment.GetEnvironmentVariable("TRIPLETGPU_CUDA_TOOLCHAINS") is not { Length: > 0 } folder) return null;
        string tools = Path.Combine(folder, $"cuda-toolchain-{version}", "root", "usr");
        string name = version.StartsWith("11.", StringComparison.Ordinal) ? "libnvrtc.so.11.2" : "libnvrtc.so.12";
        string library = Path.Combine(tools, "lib", "x86_64-linux-gnu", name);
        reason = $"{library} cannot be loaded";
        return NativeLibrary.TryLoad(library, out nint handle) ? new(tools, new NvrtcLibrary(handle)) : null;
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>What NVRTC makes of a kernel's CUDA C, as PTX.</summary>
    public string Ptx(KernelSource kernel, int architecture) =>
        Encoding.UTF8.GetString(nvrtc.Compile(kernel, new NvrtcTarget($"compute_{architecture}"))).TrimEnd('\0');

    /// <summary>Assembles PTX and reads the machine code.</summary>
    public MachineCode Assemble(string ptx, int architecture)
    {
        string source = Path.Combine(folder, "kernel.ptx"), cubin = Path.Combine(folder, "kernel.cubin");
        File.WriteAllText(source, ptx);
        string log = Run("ptxas", $"-v -arch=sm_{architecture} -o {cubin} {source}");
        Match stack = Regex.Match(log, @"(\d+) bytes stack frame, (\d+) bytes spill stores");
        return new(
            Number(Regex.Match(log, @"Used (\d+) registers").Groups[1]), Number(stack.Groups[1]),
            Number(stack.Groups[2]), cubin);
    }

    /// <summary>The instructions of what was assembled last.</summary>
    public MachineLoop Loop(MachineCode code) => MachineLoop.Busiest(Run("nvdisasm", $"-c {code.File}"));

    static int Number(Group digits) => int.Parse(digits.Value, CultureInfo.InvariantCulture);

    string Run(string tool, string arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(tools, "bin", tool), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        string log = errors.Result;
        if (process.ExitCode != 0) throw new InvalidOperationException($"{tool} {arguments}: {output}{log}");
        return output + log;
    }
}
