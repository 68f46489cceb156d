using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu;

/// <summary>A block of the driver's memory.</summary>
sealed class GpuBuffer(nint handle, long bytes) : DeviceBuffer(bytes)
{
    public nint Handle => handle;
}

/// <summary>Tensors as kernels see them.</summary>
static class GpuTensors
{
    /// <summary>The values of a float tensor.</summary>
    public static DeviceView<float> Floats(this Tensor x) =>
        new(((GpuBuffer)x.Buffer).Handle, 0, KernelSize.Of(x.Count));

    /// <summary>The values of an integer tensor.</summary>
    public static DeviceView<int> Ints(this Tensor x) => new(((GpuBuffer)x.Buffer).Handle, 0, KernelSize.Of(x.Count));

    /// <summary>The number of elements, which kernels index with 32 bits.</summary>
    public static int Items(this Tensor x) => KernelSize.Of(x.Count);

    /// <summary>Add instead of overwrite, as a kernel takes it.</summary>
    public static int Adds(this Gradient gradient) => gradient.Accumulate ? 1 : 0;
}
