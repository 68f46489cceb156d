using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels;

namespace TripletGpu.Support;

/// <summary>
/// Stand-ins for NVIDIA's driver and NVRTC, of the sources in <c>CudaOnCpu</c>: what the CUDA driver and the kernels'
/// CUDA C do, without a card. They are compiled once, by the host's C++ compiler, into the cache folder.
/// </summary>
public static class CudaOnCpu
{
    static readonly Lazy<(string Folder, string Reason)> Compiled = new(() => Compile());

    /// <summary>
    /// The folder of <c>libcuda.so.1</c> and <c>libnvrtc.so.12</c>; null, with the reason, where they cannot be had.
    /// </summary>
    public static string? Folder(out string reason)
    {
        (string folder, reason) = Compiled.Value;
        return reason == "" ? folder : null;
    }

    /// <summary>Opens the device; null, with the reason, where the stand-ins cannot be had.</summary>
    public static Func<IGpuDriver>? Find(out string reason) =>
        Device(out reason) is { } device ? device.Open : null;

    /// <summary>The device, before it is opened; null, with the reason.</summary>
    public static CudaDevice? Device(out string reason)
    {
        if (Folder(out reason) is not { } folder) return null;
        if (CudaLibrary.Load(out reason, [Path.Combine(folder, "libcuda.so.1")]) is not { } library) return null;
        IReadOnlyList<NvrtcLibrary> compilers = NvrtcLibrary.LoadAll(
            out string noCompiler, new NvrtcSearch([Path.Combine(folder, "libnvrtc.so.12")], []));
        return CudaDevices.Find(library, compilers, noCompiler, out reason).SingleOrDefault();
    }

    /// <summary>
    /// Compiles kernels into the cache, one a core at a time: a driver compiles each when it is first launched.
    /// </summary>
    public static unsafe void Compile(IEnumerable<KernelSource> kernels)
    {
        CudaDevice device = Device(out string reason) ?? throw new InvalidOperationException(reason);
        nint context;
        device.Library.Check(device.Library.PrimaryContextRetain(&context, device.Ordinal), "cuDevicePrimaryCtxRetain");
        nint retained = context;
        Parallel.ForEach(kernels, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, kernel =>
        {
            device.Library.Check(device.Library.ContextSetCurrent(retained), "cuCtxSetCurrent");
            using CudaPrograms programs = new(device, new ProgramCache(ProgramCache.DefaultFolder("cuda")));
            programs.Kernel(kernel);
        });
        _ = device.Library.PrimaryContextRelease(device.Ordinal);
    }

    static (string Folder, string Reason) Compile([CallerFilePath] string caller = "")
    {
        if (!OperatingSystem.IsLinux()) return ("", "the stand-ins are for Linux");
        string sources = Path.Combine(Path.GetDirectoryName(caller)!, "CudaOnCpu");
        foreach (string compiler in (string[])["g++", "c++", "clang++"])
            if (Run(compiler, sources, ["--version"]) is { ExitCode: 0 } version)
                return Compile(compiler, version.Output, sources);
        return ("", "no C++ compiler is installed (g++, c++, clang++)");
    }

    static (string Folder, string Reason) Compile(string compiler, string version, string sources)
    {
        // The number is NVRTC's version, which names what it has compiled: none of other sources is taken for it.
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(
            version + string.Concat(Directory.GetFiles(sources).Order().Select(File.ReadAllText))));
        string number = BitConverter.ToUInt16(hash).ToString(CultureInfo.InvariantCulture);
        string folder = Path.Combine(ProgramCache.DefaultFolder("cuda-on-cpu"), Convert.ToHexString(hash[..8]));
        if (Directory.Exists(folder)) return (folder, "");
        // Beside and renamed: test assemblies may run at once.
        string partial = $"{folder}.{Environment.ProcessId}";
        Directory.CreateDirectory(partial);
        string[] common = ["-std=c++17", "-O2", "-w", "-shared", "-fPIC", "-pthread"];
        string[] nvrtc =
        [
            $"-DCOMPILER=\"{compiler}\"", $"-DFOLDER=\"{sources}\"", $"-DVERSION={number}", "nvrtc.cpp",
            "translate.cpp", "-o", Path.Combine(partial, "libnvrtc.so.12"),
        ];
        string[] cuda =
        [
            "cuda.cpp", "driver.cpp", "events.cpp", "fiber.cpp", "graphs.cpp", "group.cpp", "launch.cpp", "memory.cpp",
            "warp.cpp", "-ldl", "-o", Path.Combine(partial, "libcuda.so.1"),
        ];
        foreach (string[] arguments in (string[][])[nvrtc, cuda])
            if (Run(compiler, sources, [.. common, .. arguments]) is not { ExitCode: 0 } done)
                throw new InvalidOperationException($"{compiler} {string.Join(' ', arguments)} fails in {sources}");
        try
        {
            Directory.Move(partial, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(partial, recursive: true); // another was sooner
        }
        return (folder, "");
    }

    /// <summary>Null where there is no such program.</summary>
    static (int ExitCode, string Output)? Run(string program, string folder, string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
            };
            using Process process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
