using ILGPU;

namespace TripletGpu.Kernels.Launching;

/// <summary>Launches a kernel that ILGPU compiled: unpacks the arguments for its typed launcher.</summary>
public delegate void IlgpuLaunch(IIlgpuViews views, LaunchSize size, ReadOnlySpan<KernelArgument> arguments);

/// <summary>What the ILGPU driver provides to a launch.</summary>
public interface IIlgpuViews
{
    /// <summary>The view that an argument names.</summary>
    ArrayView<T> View<T>(in KernelArgument argument) where T : unmanaged;
}
