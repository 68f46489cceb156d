using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;
using TripletGpu.Support;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>
/// A launch of a kernel and what it is given. The kernel's C# on ILGPU's CPU accelerator says what must come out, so a
/// case needs no expectation of its own.
/// </summary>
/// <param name="Kernel">
/// Class and method: <c>GemmKernels.Tiled&lt;Tile64x64&gt;</c>. A generic kernel without its structs: each that fits.
/// </param>
/// <param name="Size">Items for a kernel with an index, else groups.</param>
/// <param name="Arguments">
/// The kernel's arguments after the index: <see cref="KernelMemory"/> for a view, numbers, structs. The same memory
/// twice is one buffer.
/// </param>
public sealed record KernelCase(string Kernel, LaunchSize Size, params object[] Arguments)
{
    /// <summary>How far the device may be off; the default fits sums of some hundred terms.</summary>
    public Tolerance Tolerance { get; init; } = Tolerance.Sum;

    /// <summary>Whether the case is for this kernel.</summary>
    public bool IsFor(KernelSource kernel) => kernel.Name == Kernel || kernel.Name.Split('<')[0] == Kernel;

    /// <inheritdoc/>
    public override string ToString() => $"{Kernel}, {Size}";
}
