using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>Filters packed once as the left factor of <see cref="DirectConvolution{V}"/>'s product.</summary>
/// <param name="cpu">Packs.</param>
/// <param name="device">Gives the memory, until this is disposed.</param>
/// <param name="weight">(K, C, R, S).</param>
/// <param name="d">The convolution's extents.</param>
sealed unsafe class FilterRows<V>(CpuBackend cpu, Device device, float* weight, ConvolutionShape d) : IPackedWeight
    where V : unmanaged, ITileVector<V>
{
    /// <summary>A row a filter.</summary>
    public PackedLeft<V> Rows { get; } =
        DirectConvolution<V>.Pack(cpu, new PackedLeft<V>(device, d.K, d.C * d.R * d.S), weight, d);

    /// <inheritdoc/>
    public void Unpack(Tensor weight) => Rows.Unpack(
        cpu, weight.Floats(), d.C * d.R * d.S, DirectConvolution<V>.Offsets(d.R * d.S, d.C, d.R * d.S));

    /// <inheritdoc/>
    public void Dispose() => Rows.Dispose();
}
