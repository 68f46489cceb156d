using System.Reflection;
using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Frontend.DebugInformation;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

using TripletGpu.Kernels;

namespace TripletGpu.Backends.Gpu.Ilgpu;

/// <summary>What ILGPU's compilers make of a kernel, as text and without a device.</summary>
/// <param name="level">For tests; what is not this one is wrong.</param>
/// <param name="hasLines">Whether PTX says which lines of C# it is from.</param>
sealed class IlgpuTexts(OptimizationLevel level = IlgpuContext.Level, bool hasLines = false) : IDisposable
{
    // ILGPU 1.5.3: Builder.DebugSymbols sets nothing, and Kernel, which should write lines, is taken for too little.
    readonly Context context = IlgpuContext.Create(builder =>
    {
        if (hasLines) SetSymbols(builder, DebugSymbolsMode.KernelSourceAnnotations);
    }, level);

    public void Dispose() => context.Dispose();

    /// <summary>
    /// Takes an assembly's symbols from a stream: a program in one file has none beside it. ILGPU 1.5.3 has a method
    /// for that, but not for callers outside.
    /// </summary>
    public void LoadSymbols(Assembly assembly, Stream symbols) =>
        Symbols(context).TryLoadSymbols(assembly, symbols, out _);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_DebugInformationManager")]
    static extern DebugInformationManager Symbols(Context context);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_DebugSymbolsMode")]
    static extern void SetSymbols(ContextProperties properties, DebugSymbolsMode mode);

    /// <summary>PTX for an architecture.</summary>
    /// <param name="kernel">The kernel's method.</param>
    /// <param name="architecture">sm_80 where none is named.</param>
    /// <param name="items">
    /// Items of the kernel's group, which say how many registers each may have; 0: as many as there are.
    /// </param>
    public string Ptx(MethodInfo kernel, CudaArchitecture? architecture = null, int items = 0)
    {
        CudaArchitecture target = architecture ?? CudaArchitecture.SM_80;
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(target), target, CudaInstructionSet.ISA_78, null);
        return ((PTXCompiledKernel)backend.Compile(EntryPoint(kernel), KernelSource.Specialization(items))).PTXAssembly;
    }

    /// <summary>OpenCL C 2.0.</summary>
    public string OpenCl(MethodInfo kernel)
    {
        using var backend = new CLBackend(
            context, new CLCapabilityContext(true, true, true, true, true), CLDeviceVendor.Other,
            CLBackend.MinimumVersion);
        return ((CLCompiledKernel)backend.Compile(EntryPoint(kernel), KernelSpecialization.Empty)).Source;
    }

    static EntryPointDescription EntryPoint(MethodInfo kernel) =>
        kernel.GetParameters() is [{ ParameterType.Name: "Index1D" or "Index2D" or "Index3D" }, ..]
            ? EntryPointDescription.FromImplicitlyGroupedKernel(kernel)
            : EntryPointDescription.FromExplicitlyGroupedKernel(kernel);
}
