using System.Reflection;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR.Intrinsics;

namespace TripletGpu.Backends.Gpu.Ilgpu;

/// <summary>Functions of kernels in whose place ILGPU compiles others.</summary>
/// <param name="manager">Where they are registered.</param>
/// <param name="kernels">The class of the kernels' functions.</param>
/// <param name="others">The class of what takes their place.</param>
readonly struct IlgpuReplacements(IntrinsicImplementationManager manager, Type kernels, Type others)
{
    /// <summary>
    /// Other functions on CUDA and elsewhere: ILGPU refuses a method that is replaced on some devices only.
    /// </summary>
    public void Replace(string name, string onCuda, string elsewhere)
    {
        MethodInfo method = kernels.GetMethod(name)!;
        manager.RegisterMethod(method, new PTXIntrinsic(others, onCuda, IntrinsicImplementationMode.Redirect));
        manager.RegisterMethod(method, new CLIntrinsic(others, elsewhere, IntrinsicImplementationMode.Redirect));
    }

    /// <summary>A function of <c>others</c> whose PTX another writes.</summary>
    public void Write(string name, string text) => manager.RegisterMethod(
        others.GetMethod(name)!, new PTXIntrinsic(others, text, IntrinsicImplementationMode.GenerateCode));
}
