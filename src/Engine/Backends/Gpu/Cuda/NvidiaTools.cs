using System.Diagnostics;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>NVIDIA's assembler and disassembler, which need no card.</summary>
static class NvidiaTools
{
    /// <summary>The machine code of PTX as text; null, with the reason, where a tool is missing or refuses.</summary>
    /// <param name="ptx">One kernel.</param>
    /// <param name="architecture">80 for sm_80.</param>
    /// <param name="reason">In one line; empty where there is a text.</param>
    public static string? Disassemble(string ptx, int architecture, out string reason)
    {
        string folder = Directory.CreateTempSubdirectory("triplet-sass-").FullName;
        try
        {
            string source = Path.Combine(folder, "kernel.ptx"), code = Path.Combine(folder, "kernel.cubin");
            File.WriteAllText(source, ptx);
            if (Run("ptxas", [$"-arch=sm_{architecture}", "-o", code, source], out reason) is null) return null;
            return Run("nvdisasm", ["-c", code], out reason);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static string? Run(string tool, string[] arguments, out string reason)
    {
        string? file = NvrtcSearch.Toolkits(Environment.GetEnvironmentVariable, OperatingSystem.IsWindows() ? "" : "/")
            .Select(toolkit => Path.Combine(toolkit, "bin", tool)).FirstOrDefault(File.Exists);
        var start = new ProcessStartInfo(file ?? tool, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            reason = process.ExitCode == 0 ? "" : $"{tool}: {errors.Result.Trim().Split('\n')[0]}";
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            reason = $"no {tool} in PATH, CUDA_PATH, CUDA_HOME or /usr/local/cuda*: it comes with the CUDA toolkit";
            return null;
        }
    }
}
