using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>NVIDIA's assembler and disassembler, which need no card.</summary>
static partial class NvidiaTools
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

    /// <summary>The registers that an item of a kernel takes; null, with the reason, where the tool is
    /// missing.</summary>
    /// <inheritdoc cref="Disassemble"/>
    public static int? Registers(string ptx, int architecture, out string reason)
    {
        string folder = Directory.CreateTempSubdirectory("triplet-registers-").FullName;
        try
        {
            string source = Path.Combine(folder, "kernel.ptx"), code = Path.Combine(folder, "kernel.cubin");
            File.WriteAllText(source, ptx);
            string[] arguments = [$"-arch=sm_{architecture}", "-v", "-o", code, source];
            if (Run("ptxas", arguments, out reason, toldAsErrors: true) is not { } text) return null;
            // ptxas info    : Used 40 registers, 384 bytes cmem[0]
            Match told = UsedRegisters().Match(text);
            if (!told.Success) reason = $"ptxas -v tells no registers: {text.Trim().Split('\n')[0]}";
            return told.Success ? int.Parse(told.Groups["count"].Value, CultureInfo.InvariantCulture) : null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex("Used (?<count>[0-9]+) registers")]
    private static partial Regex UsedRegisters();

    static string? Run(string tool, string[] arguments, out string reason, bool toldAsErrors = false)
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
            return process.ExitCode != 0 ? null : toldAsErrors ? output + errors.Result : output;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            reason = $"no {tool} in PATH, CUDA_PATH, CUDA_HOME or /usr/local/cuda*: it comes with the CUDA toolkit";
            return null;
        }
    }
}
