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
    const int MaxDynamicShared = 8;

    // A kernel that wants more must say so.
    const int SharedWithoutAsking = 48 * 1024;

    readonly CudaLibrary cuda = device.Library;
    readonly List<nint> modules = [];
    CudaKernel?[] kernels = new CudaKernel?[128];

    /// <summary>The built kernel, allowed to take this much shared memory.</summary>
    /// <param name="source">The kernel.</param>
    /// <param name="dynamicShared">Bytes that the launch adds to the kernel's own.</param>
    /// <exception cref="CudaException">The compiler or the driver does not take the program; with the log.</exception>
    public nint Kernel(KernelSource source, int dynamicShared)
    {
        if (source.Id >= kernels.Length) Array.Resize(ref kernels, Math.Max(source.Id + 1, kernels.Length * 2));
        CudaKernel kernel = kernels[source.Id] ??= new CudaKernel(Build(source));
        if (dynamicShared > kernel.AllowedShared && source.SharedBytes + dynamicShared > SharedWithoutAsking)
            AllowShared(source, kernel, dynamicShared);
        return kernel.Function;
    }

    public void Dispose()
    {
        foreach (nint module in modules) _ = cuda.ModuleUnload(module);
    }

    void AllowShared(KernelSource source, CudaKernel kernel, int bytes)
    {
        if (source.SharedBytes + bytes > device.Capabilities.SharedBytes)
            throw new CudaException(
                $"{source.Name} wants {source.SharedBytes + bytes:N0} bytes of shared memory a group, {device} has"
                + $" {device.Capabilities.SharedBytes:N0}");
        cuda.Check(
            cuda.FunctionSetAttribute(kernel.Function, MaxDynamicShared, bytes),
            $"cuFuncSetAttribute for {bytes:N0} bytes of shared memory of {source.Name}");
        kernel.AllowedShared = bytes;
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

    sealed class CudaKernel(nint function)
    {
        public nint Function => function;

        /// <summary>Bytes of dynamic shared memory that the driver has been asked for.</summary>
        public int AllowedShared { get; set; }
    }
}
