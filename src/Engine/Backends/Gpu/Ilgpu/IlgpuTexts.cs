using System.Reflection;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace TripletGpu.Backends.Gpu.Ilgpu;

/// <summary>What ILGPU's compilers make of a kernel, as text and without a device.</summary>
/// <param name="level">For tests; what is not this one is wrong.</param>
sealed class IlgpuTexts(OptimizationLevel level = IlgpuContext.Level) : IDisposable
{
    readonly Context context = IlgpuContext.Create(_ => { }, level);

    public void Dispose() => context.Dispose();

    /// <summary>PTX for an architecture.</summary>
    public string Ptx(MethodInfo kernel, CudaArchitecture? architecture = null)
    {
        CudaArchitecture target = architecture ?? CudaArchitecture.SM_80;
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(target), target, CudaInstructionSet.ISA_78, null);
        return ((PTXCompiledKernel)backend.Compile(EntryPoint(kernel), KernelSpecialization.Empty)).PTXAssembly;
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
