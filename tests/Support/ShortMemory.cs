using TripletGpu.Backends;

namespace TripletGpu.Support;

/// <summary>The memory of a device that is full after so many allocations.</summary>
public sealed class ShortMemory(IMemory memory) : ForwardingMemory(memory)
{
    /// <summary>How many more blocks there are; null for as many as the device has.</summary>
    public int? BlocksLeft { get; set; }

    /// <summary>Blocks that have not been given back.</summary>
    public int Live { get; private set; }

    public override DeviceBuffer Allocate(long bytes)
    {
        if (BlocksLeft-- <= 0) throw new DeviceOutOfMemoryException("full");
        DeviceBuffer block = base.Allocate(bytes);
        Live++;
        return block;
    }

    public override void Free(DeviceBuffer buffer)
    {
        Live--;
        base.Free(buffer);
    }
}
