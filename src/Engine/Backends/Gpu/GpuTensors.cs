using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu;

/// <summary>Tensors of a GPU backend as kernels' launchers take them.</summary>
public static class GpuTensors
{
    /// <summary>The values of a float tensor.</summary>
    public static DeviceView<float> Floats(this Tensor x) => View<float>(x);

    /// <summary>The values of an integer tensor.</summary>
    public static DeviceView<int> Ints(this Tensor x) => View<int>(x);

    /// <summary>The number of elements, which kernels index with 32 bits.</summary>
    /// <exception cref="DeviceOutOfMemoryException">There are more.</exception>
    public static int Items(this Tensor x) => KernelSize.Of(x.Count);

    /// <summary>1 to add, 0 to overwrite, as a kernel takes it.</summary>
    public static int Adds(this Gradient gradient) => gradient.Accumulate ? 1 : 0;

    static unsafe DeviceView<T> View<T>(Tensor x) where T : unmanaged
    {
        GpuBuffer buffer = (GpuBuffer)x.Buffer;
        return new(buffer.Handle, buffer.Start / sizeof(T), KernelSize.Of(x.Count));
    }
}
