using TripletGpu.Backends;

namespace TripletGpu.Support;

/// <summary>The memory of a device that is full after so many allocations.</summary>
public sealed class ShortMemory(IMemory memory) : IMemory
{
    /// <summary>How many more blocks there are; null for as many as the device has.</summary>
    public int? BlocksLeft { get; set; }

    /// <summary>Blocks that have not been given back.</summary>
    public int Live { get; private set; }

    public DeviceBuffer Allocate(long bytes)
    {
        if (BlocksLeft-- <= 0) throw new DeviceOutOfMemoryException("full");
        DeviceBuffer block = memory.Allocate(bytes);
        Live++;
        return block;
    }

    public void Free(DeviceBuffer buffer)
    {
        Live--;
        memory.Free(buffer);
    }

    public void Upload<T>(ReadOnlySpan<T> from, DeviceBuffer to) where T : unmanaged => memory.Upload(from, to);

    public void Download<T>(DeviceBuffer from, Span<T> to) where T : unmanaged => memory.Download(from, to);

    public void Copy(Tensor from, Tensor to) => memory.Copy(from, to);

    public void Fill(Tensor x, float value) => memory.Fill(x, value);

    public void Synchronize() => memory.Synchronize();
}
