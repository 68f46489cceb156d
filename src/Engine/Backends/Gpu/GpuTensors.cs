using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu;

/// <summary>Tensors of a GPU backend as kernels' launchers take them.</summary>
public static class GpuTensors
{
    /// <summary>The values of a float tensor.</summary>
    public static DeviceView<float> Floats(this Tensor x) =>
        new(((GpuBuffer)x.Buffer).Handle, 0, KernelSize.Of(x.Count));

    /// <summary>The values of an integer tensor.</summary>
    public static DeviceView<int> Ints(this Tensor x) => new(((GpuBuffer)x.Buffer).Handle, 0, KernelSize.Of(x.Count));

    /// <summary>The number of elements, which kernels index with 32 bits.</summary>
    /// <exception cref="DeviceOutOfMemoryException">There are more.</exception>
    public static int Items(this Tensor x) => KernelSize.Of(x.Count);

    /// <summary>1 to add, 0 to overwrite, as a kernel takes it.</summary>
    public static int Adds(this Gradient gradient) => gradient.Accumulate ? 1 : 0;
}
