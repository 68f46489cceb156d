using System.Text;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>
/// Compiles a kernel on its first launch and keeps the result on disk, under the hash of text, options and compiler.
/// The driver's word on what it takes is the last: a file that it refuses is compiled anew.
/// </summary>
sealed unsafe class CudaPrograms(CudaDevice device, ProgramCache cache) : IDisposable
{
    readonly CudaLibrary cuda = device.Library;
    readonly List<nint> modules = [];
    nint[] kernels = new nint[128];

    /// <summary>The built kernel.</summary>
    /// <exception cref="CudaException">The compiler or the driver does not take the program; with the log.</exception>
    public nint Kernel(KernelSource source)
    {
        if (source.Id >= kernels.Length) Array.Resize(ref kernels, Math.Max(source.Id + 1, kernels.Length * 2));
        if (kernels[source.Id] == 0) kernels[source.Id] = Build(source);
        return kernels[source.Id];
    }

    public void Dispose()
    {
        foreach (nint module in modules) _ = cuda.ModuleUnload(module);
    }

    nint Build(KernelSource source)
    {
        (NvrtcLibrary compiler, NvrtcTarget target) = (device.Compiler!, device.Target!.Value);
        string key = ProgramCache.KeyOf(compiler.Version, string.Join(' ', target.Options), source.Cuda);
        nint module = 0;
        if (cache.Read(key) is not { Length: > 0 } kept || Load(kept, &module) != 0)
        {
            byte[] program = compiler.Compile(source, target);
            cuda.Check(
                Load(program, &module),
                $"cuModuleLoadData of {source.Name} ({target.Architecture}, NVRTC {compiler.Version})");
            cache.Write(key, program);
        }
        modules.Add(module);
        nint function;
        fixed (byte* name = Encoding.UTF8.GetBytes(source.Entry + "\0"))
            cuda.Check(
                cuda.ModuleGetFunction(&function, module, name),
                $"cuModuleGetFunction {source.Entry} of {source.Name}");
        return function;
    }

    int Load(byte[] program, nint* module)
    {
        fixed (byte* p = program) return cuda.ModuleLoadData(module, p);
    }
}
