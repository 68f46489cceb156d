using System.Runtime.InteropServices;
using System.Text;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>NVRTC, the compiler of CUDA C, found at run time in the CUDA toolkit.</summary>
sealed unsafe class NvrtcLibrary
{
    readonly delegate* unmanaged<int*, int*, int> version;
    readonly delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int> createProgram;
    readonly delegate* unmanaged<nint, int, byte**, int> compileProgram;
    readonly delegate* unmanaged<nint, nuint*, int> getPtxSize;
    readonly delegate* unmanaged<nint, byte*, int> getPtx;
    readonly delegate* unmanaged<nint, nuint*, int> getCubinSize;
    readonly delegate* unmanaged<nint, byte*, int> getCubin;
    readonly delegate* unmanaged<nint, nuint*, int> getLogSize;
    readonly delegate* unmanaged<nint, byte*, int> getLog;
    readonly delegate* unmanaged<nint*, int> destroyProgram;
    readonly delegate* unmanaged<int, byte*> errorString;
    readonly delegate* unmanaged<int*, int> architectureCount;
    readonly delegate* unmanaged<int*, int> architectures;

    /// <summary>Binds the functions of a library that was loaded.</summary>
    public NvrtcLibrary(nint library)
    {
        nint Find(string name) => NativeLibrary.GetExport(library, name);
        version = (delegate* unmanaged<int*, int*, int>)Find("nvrtcVersion");
        createProgram = (delegate* unmanaged<nint*, byte*, byte*, int, byte**, byte**, int>)Find("nvrtcCreateProgram");
        compileProgram = (delegate* unmanaged<nint, int, byte**, int>)Find("nvrtcCompileProgram");
        getPtxSize = (delegate* unmanaged<nint, nuint*, int>)Find("nvrtcGetPTXSize");
        getPtx = (delegate* unmanaged<nint, byte*, int>)Find("nvrtcGetPTX");
        getCubinSize = (delegate* unmanaged<nint, nuint*, int>)Find("nvrtcGetCUBINSize");
        getCubin = (delegate* unmanaged<nint, byte*, int>)Find("nvrtcGetCUBIN");
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

    /// <summary>All that are installed, the newest first; each version once.</summary>
    /// <param name="reason">Why there is none, with the places searched; empty where there is one.</param>
    /// <param name="search">Where to look; null for this system's usual places.</param>
    public static IReadOnlyList<NvrtcLibrary> LoadAll(out string reason, NvrtcSearch? search = null)
    {
        search ??= NvrtcSearch.OfThisSystem();
        IReadOnlyList<NvrtcLibrary> all = NativeLibraries.LoadAll(search.Files(), library => new NvrtcLibrary(library));
        reason = all.Count > 0 ? ""
            : $"no NVRTC of CUDA 11.2 or later ({search}): install the CUDA toolkit's nvrtc";
        return [.. all.DistinctBy(n => n.Version).OrderByDescending(n => System.Version.Parse(n.Version))];
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

    /// <summary>Compiles a kernel to machine code, or to PTX that ends with a 0.</summary>
    /// <exception cref="CudaException">With the kernel's name and the compiler's log.</exception>
    public byte[] Compile(KernelSource kernel, NvrtcTarget target) => Compile(kernel.Name, kernel.Cuda, target);

    /// <summary>Compiles CUDA C.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="text">The program.</param>
    /// <param name="target">What to make of it.</param>
    public byte[] Compile(string name, string text, NvrtcTarget target)
    {
        nint program;
        fixed (byte* source = Encoding.UTF8.GetBytes(text + "\0"))
        fixed (byte* file = Encoding.UTF8.GetBytes(name + ".cu\0"))
            Check(createProgram(&program, source, file, 0, null, null), $"nvrtcCreateProgram of {name}");
        nint[] pointers = [.. target.Options.Select(Marshal.StringToCoTaskMemUTF8)];
        try
        {
            int code;
            fixed (nint* p = pointers) code = compileProgram(program, pointers.Length, (byte**)p);
            if (code != 0)
                throw new CudaException(
                    $"NVRTC does not compile {name}: {ErrorName(code)} ({code})\n{Log(program)}", code);
            return target.IsCubin
                ? Bytes(program, getCubinSize, getCubin, "nvrtcGetCUBIN")
                : Bytes(program, getPtxSize, getPtx, "nvrtcGetPTX");
        }
        finally
        {
            foreach (nint pointer in pointers) Marshal.FreeCoTaskMem(pointer);
            _ = destroyProgram(&program);
        }
    }

    string Log(nint program) =>
        Encoding.UTF8.GetString(Bytes(program, getLogSize, getLog, "nvrtcGetProgramLog")).TrimEnd('\0', '\n');

    byte[] Bytes(
        nint program, delegate* unmanaged<nint, nuint*, int> sizeOf, delegate* unmanaged<nint, byte*, int> get,
        string call)
    {
        nuint size;
        Check(sizeOf(program, &size), call + "Size");
        byte[] bytes = new byte[size];
        fixed (byte* p = bytes) Check(get(program, p), call);
        return bytes;
    }

    void Check(int code, string call)
    {
        if (code != 0) throw new CudaException($"{call}: {ErrorName(code)} ({code})", code);
    }

    string ErrorName(int code) => Marshal.PtrToStringUTF8((nint)errorString(code)) ?? "unknown error";
}
