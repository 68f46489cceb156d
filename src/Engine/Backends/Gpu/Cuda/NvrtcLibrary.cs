using System.Runtime.InteropServices;
using System.Text;
using TripletGpu.Kernels;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>NVRTC, the compiler of CUDA C, found at run time in the CUDA toolkit.</summary>
sealed unsafe class NvrtcLibrary
{
    static readonly string[] Names = OperatingSystem.IsWindows()
        ? ["nvrtc64_130_0.dll", "nvrtc64_120_0.dll", "nvrtc64_112_0.dll"]
        : ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so"];

    readonly delegate* unmanaged<int*, int*, int> version;
    readonly delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int> createProgram;
    readonly delegate* unmanaged<nint, int, byte**, int> compileProgram;
    readonly delegate* unmanaged<nint, nuint*, int> getPtxSize;
    readonly delegate* unmanaged<nint, byte*, int> getPtx;
    readonly delegate* unmanaged<nint, nuint*, int> getLogSize;
    readonly delegate* unmanaged<nint, byte*, int> getLog;
    readonly delegate* unmanaged<nint*, int> destroyProgram;
    readonly delegate* unmanaged<int, byte*> errorString;
    readonly delegate* unmanaged<int*, int> architectureCount;
    readonly delegate* unmanaged<int*, int> architectures;

    NvrtcLibrary(nint library)
    {
        nint Find(string name) => NativeLibrary.GetExport(library, name);
        version = (delegate* unmanaged<int*, int*, int>)Find("nvrtcVersion");
        createProgram = (delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int>)Find("nvrtcCreateProgram");
        compileProgram = (delegate* unmanaged<nint, int, byte**, int>)Find("nvrtcCompileProgram");
        getPtxSize = (delegate* unmanaged<nint, nuint*, int>)Find("nvrtcGetPTXSize");
        getPtx = (delegate* unmanaged<nint, byte*, int>)Find("nvrtcGetPTX");
        getLogSize = (delegate* unmanaged<nint, nuint*, int>)Find("nvrtcGetProgramLogSize");
        getLog = (delegate* unmanaged<nint, byte*, int>)Find("nvrtcGetProgramLog");
        destroyProgram = (delegate* unmanaged<nint*, int>)Find("nvrtcDestroyProgram");
        errorString = (delegate* unmanaged<int, byte*>)Find("nvrtcGetErrorString");
        architectureCount = (delegate* unmanaged<int*, int>)Find("nvrtcGetNumSupportedArchs");
        architectures = (delegate* unmanaged<int*, int>)Find("nvrtcGetSupportedArchs");
    }

    /// <summary>The compiler's version: <c>12.4</c>.</summary>
    public string Version
    {
        get
        {
            int major, minor;
            Check(version(&major, &minor), "nvrtcVersion");
            return $"{major}.{minor}";
        }
    }

    /// <summary>Loads the compiler, or says why not.</summary>
    /// <param name="reason">What is missing; empty on success.</param>
    /// <param name="names">Where to look; null for the system's usual names.</param>
    public static NvrtcLibrary? Load(out string reason, IReadOnlyList<string>? names = null)
    {
        names ??= Names;
        reason = "";
        foreach (string name in names)
            try
            {
                if (NativeLibrary.TryLoad(name, out nint library)) return new NvrtcLibrary(library);
            }
            catch (EntryPointNotFoundException exception)
            {
                reason = $"{name} is too old or not NVRTC 11.2: {exception.Message}";
                return null;
            }
        reason = $"no NVRTC ({string.Join(" or ", names)}): install the CUDA toolkit's nvrtc";
        return null;
    }

    /// <summary>The options for a device: the newest virtual architecture that both it and the compiler know.</summary>
    /// <param name="capability">The device's compute capability, 89 for 8.9.</param>
    /// <param name="supported">What the compiler knows.</param>
    /// <exception cref="CudaException">The compiler is too new for the device.</exception>
    public static string[] Options(int capability, ReadOnlySpan<int> supported)
    {
        int best = 0;
        foreach (int architecture in supported)
            if (architecture <= capability && architecture > best) best = architecture;
        return best > 0
            ? [$"--gpu-architecture=compute_{best}", "--std=c++17"]
            : throw new CudaException(
                $"this NVRTC no longer compiles for compute capability {capability / 10}.{capability % 10}: install an older CUDA toolkit");
    }

    /// <summary>The architectures the compiler knows: 50, 52 ...</summary>
    public int[] Architectures()
    {
        int count;
        Check(architectureCount(&count), "nvrtcGetNumSupportedArchs");
        int[] all = new int[count];
        fixed (int* p = all) Check(architectures(p), "nvrtcGetSupportedArchs");
        return all;
    }

    /// <summary>Compiles a kernel to PTX, ending with a 0.</summary>
    /// <exception cref="CudaException">With the kernel's name and the compiler's log.</exception>
    public byte[] Compile(KernelSource kernel, IReadOnlyList<string> options)
    {
        nint program;
        fixed (byte* text = Encoding.UTF8.GetBytes(kernel.Cuda + "\0"),
            name = Encoding.UTF8.GetBytes(kernel.Entry + ".cu\0"))
            Check(createProgram(&program, text, name, 0, null, null), $"nvrtcCreateProgram of {kernel.Name}");
        nint[] pointers = [.. options.Select(Marshal.StringToCoTaskMemUTF8)];
        try
        {
            int code;
            fixed (nint* p = pointers) code = compileProgram(program, pointers.Length, (byte**)p);
            if (code != 0) throw new CudaException(
                $"NVRTC does not compile {kernel.Name} ({ErrorName(code)}):\n{Log(program)}", code);
            nuint size;
            Check(getPtxSize(program, &size), "nvrtcGetPTXSize");
            byte[] ptx = new byte[size];
            fixed (byte* p = ptx) Check(getPtx(program, p), "nvrtcGetPTX");
            return ptx;
        }
        finally
        {
            foreach (nint pointer in pointers) Marshal.FreeCoTaskMem(pointer);
            _ = destroyProgram(&program);
        }
    }

    string Log(nint program)
    {
        nuint size;
        if (getLogSize(program, &size) != 0) return "no log";
        byte[] log = new byte[size];
        fixed (byte* p = log) return getLog(program, p) == 0 ? Encoding.UTF8.GetString(log).TrimEnd('\0', '\n')
            : "no log";
    }

    void Check(int code, string call)
    {
        if (code != 0) throw new CudaException($"{call}: {ErrorName(code)} ({code})", code);
    }

    string ErrorName(int code) => Marshal.PtrToStringUTF8((nint)errorString(code)) ?? "unknown error";
}
