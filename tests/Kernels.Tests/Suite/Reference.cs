using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Ilgpu;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>
/// Kernels on arrays, by ILGPU's CPU accelerator, which calls their C# itself: what every device must come to. When
/// disposed, the arrays hold what the kernels have written.
/// </summary>
sealed unsafe class Reference : IDisposable
{
    static readonly Lazy<IGpuDriver> Opened = new(IlgpuDevices.OpenCpu);

    readonly Dictionary<Array, nint> buffers = [];
    readonly List<Action> downloads = [];

    /// <summary>The accelerator, open to the end of the run: it compiles each kernel once.</summary>
    public static IGpuDriver Driver => Opened.Value;

    /// <summary>A buffer with the array's contents; one array is one buffer.</summary>
    public DeviceView<T> View<T>(T[] array) where T : unmanaged
    {
        long bytes = (long)array.Length * sizeof(T);
        if (!buffers.TryGetValue(array, out nint buffer))
        {
            buffers.Add(array, buffer = Driver.Allocate(bytes));
            fixed (T* from = array) Driver.Upload(from, buffer, 0, bytes);
            downloads.Add(() =>
            {
                fixed (T* to = array) Driver.Download(buffer, 0, to, bytes);
            });
        }
        return new(buffer, 0, array.Length);
    }

    public void Dispose()
    {
        foreach (Action download in downloads) download();
        foreach (nint buffer in buffers.Values) Driver.Free(buffer);
    }
}
