namespace TripletGpu.Kernels.Launching;

/// <summary>What a launcher needs of a driver.</summary>
public interface IKernelQueue
{
    /// <summary>
    /// Puts a launch at the end of the queue. <paramref name="size"/> counts groups, or items for a kernel
    /// with an index.
    /// </summary>
    void Launch(KernelSource kernel, LaunchSize size, ReadOnlySpan<KernelArgument> arguments);
}
