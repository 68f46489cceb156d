using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;
using TripletGpu.Backends.Gpu.OpenCl;

namespace TripletGpu.Backends.Gpu.Ilgpu;

/// <summary>
/// Where ILGPU finds OpenCL's loader. It imports "OpenCL", for which .NET tries libOpenCL.so; without development
/// packages a system has libOpenCL.so.1 alone.
/// </summary>
static class OpenClName
{
    const string Imported = "OpenCL";

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
    /// Lets ILGPU look under the names that our own driver tries. The first call counts, on any thread.
    /// </summary>
    /// <returns>False where the program had set a resolver for ILGPU before; that one stays.</returns>
    public static bool Resolve() => Set.Value;

    static nint Find(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Imported || OperatingSystem.IsWindows()) return 0; // .NET's own search
        foreach (string file in OpenClLibrary.Names)
            if (NativeLibrary.TryLoad(file, out nint library)) return library;
        return 0;
    }
}
