using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels.Elementwise;

namespace TripletGpu.Backends.Gpu;

/// <summary>The driver's memory as the engine's.</summary>
sealed unsafe class GpuMemory(IGpuDriver driver) : IMemory
{
    public DeviceBuffer Allocate(long bytes) => new GpuBuffer(driver.Allocate(bytes), 0, bytes);

    public void Free(DeviceBuffer buffer) => driver.Free(((GpuBuffer)buffer).Handle);

    public void Upload<T>(ReadOnlySpan<T> from, DeviceBuffer to) where T : unmanaged
    {
        if (from.IsEmpty) return;
        GpuBuffer target = (GpuBuffer)to;
        fixed (T* p = from) driver.Upload(p, target.Handle, target.Start, (long)from.Length * sizeof(T));
    }

    public void Download<T>(DeviceBuffer from, Span<T> to) where T : unmanaged
    {
        if (to.IsEmpty) return;
        GpuBuffer source = (GpuBuffer)from;
        fixed (T* p = to) driver.Download(source.Handle, source.Start, p, (long)to.Length * sizeof(T));
    }

    public void Copy(Tensor from, Tensor to, long at)
    {
        if (from.Count == 0) return;
        GpuBuffer source = (GpuBuffer)from.Buffer, target = (GpuBuffer)to.Buffer;
        driver.Copy(
            source.Handle, source.Start, target.Handle, target.Start + at * sizeof(float), from.Count * sizeof(float));
    }

    public void Fill(Tensor x, float value)
    {
        if (x.Count > 0) ElementwiseKernels.LaunchFill(driver, x.Items(), x.Floats(), value);
    }

    public void Synchronize() => driver.Synchronize();
}
