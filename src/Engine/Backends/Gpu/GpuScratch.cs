using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu;

/// <summary>
/// What a block of scratch memory is for; each use has a block of its own, which grows to the largest need.
/// </summary>
enum ScratchUse
{
    Packed,
    Product,
    Weight,
    Map,
    Sums,
    Mining,
    Workspaces,
    Similarities,
    Distances,
}

/// <summary>
/// Memory that an operation needs while it runs. The queue is in order, so the next operation may take the same block.
/// </summary>
sealed class GpuScratch(IGpuDriver driver) : IDisposable
{
    readonly (nint Buffer, int Length)[] blocks = new (nint, int)[Enum.GetValues<ScratchUse>().Length];

    /// <summary>Bytes taken from the device.</summary>
    public long Bytes => blocks.Sum(b => (long)b.Length * sizeof(float));

    /// <summary>A block of at least <paramref name="count"/> elements, contents undefined.</summary>
    public DeviceView<float> Take(ScratchUse use, long count) => Take<float>(use, count);

    /// <summary>The same of another type of four bytes.</summary>
    public DeviceView<T> Take<T>(ScratchUse use, long count) where T : unmanaged
    {
        int length = KernelSize.Of(count);
        ref (nint Buffer, int Length) block = ref blocks[(int)use];
        if (block.Length < length)
        {
            Release(ref block);
            block = (driver.Allocate((long)length * sizeof(float)), length);
        }
        return new(block.Buffer, 0, length);
    }

    public void Dispose()
    {
        for (int i = 0; i < blocks.Length; i++) Release(ref blocks[i]);
    }

    void Release(ref (nint Buffer, int Length) block)
    {
        if (block.Length > 0) driver.Free(block.Buffer);
        block = default;
    }
}
