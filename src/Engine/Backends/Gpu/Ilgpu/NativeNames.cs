using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;
using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Backends.Gpu.OpenCl;

namespace TripletGpu.Backends.Gpu.Ilgpu;

/// <summary>
/// Where ILGPU finds OpenCL's loader and NVIDIA's driver. It imports "OpenCL" and "cuda", for which .NET tries
/// libOpenCL.so and libcuda.so; without development packages a system has libOpenCL.so.1 and libcuda.so.1 alone.
/// </summary>
static class NativeNames
{
    static readonly Lazy<bool> Set = new(() =>
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Find);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // the program has a resolver of its own for ILGPU
        }
    });

    /// <summary>
    /// Lets ILGPU look under the names that our own drivers try. The first call counts, on any thread.
    /// </summary>
    /// <returns>False where the program had set a resolver for ILGPU before; that one stays.</returns>
    public static bool Resolve() => Set.Value;

    /// <summary>The files that ILGPU's name of a library may mean; none: .NET's own search.</summary>
    internal static IReadOnlyList<string> FilesOf(string name) => name switch
    {
        "OpenCL" => OpenClLibrary.Names,
        "cuda" => CudaLibrary.NamesOn(OperatingSystem.IsWindows()),
        _ => [],
    };

    static nint Find(string name, Assembly assembly, DllImportSearchPath? path)
    {
        foreach (string file in FilesOf(name))
            if (NativeLibrary.TryLoad(file, out nint library)) return library;
        return 0;
    }
}
