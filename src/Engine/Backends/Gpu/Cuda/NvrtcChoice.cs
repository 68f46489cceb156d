using TripletGpu.Backends.Gpu.Drivers;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>Which of several installed compilers serves a device.</summary>
static unsafe class NvrtcChoice
{
    const string Probe = "extern \"C\" __global__ void probe(int* x) { *x = 1; }";

    /// <summary>
    /// The newest that compiles for the device and whose output the driver loads; null where there is none. An only one
    /// is taken on trust: the first kernel shows.
    /// </summary>
    /// <param name="library">The driver.</param>
    /// <param name="ordinal">The driver's number of the device.</param>
    /// <param name="capability">Its compute capability, 89 for 8.9.</param>
    /// <param name="compilers">The newest first.</param>
    public static (NvrtcLibrary Compiler, NvrtcTarget Target)? For(
        CudaLibrary library, int ordinal, int capability, IReadOnlyList<NvrtcLibrary> compilers)
    {
        var able = new List<(NvrtcLibrary Compiler, NvrtcTarget Target)>();
        foreach (NvrtcLibrary compiler in compilers)
            if (NvrtcTarget.For(capability, compiler.Architectures()) is { } target) able.Add((compiler, target));
        if (able.Count <= 1) return able is [var only] ? only : null;
        nint context;
        if (library.PrimaryContextRetain(&context, ordinal) != 0) return able[0]; // opening it says what is wrong
        try
        {
            if (library.ContextSetCurrent(context) != 0) return able[0];
            foreach ((NvrtcLibrary compiler, NvrtcTarget target) in able)
                if (IsLoaded(library, compiler, target)) return (compiler, target);
            return null;
        }
        finally
        {
            _ = library.ContextSetCurrent(0);
            _ = library.PrimaryContextRelease(ordinal);
        }
    }

    static bool IsLoaded(CudaLibrary library, NvrtcLibrary compiler, NvrtcTarget target)
    {
        try
        {
            nint module;
            fixed (byte* program = compiler.Compile("probe", Probe, target))
                if (library.ModuleLoadData(&module, program) != 0) return false;
            _ = library.ModuleUnload(module);
            return true;
        }
        catch (CudaException)
        {
            return false;
        }
    }
}
