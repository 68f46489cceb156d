using TripletGpu.Backends;

namespace TripletGpu.Engine.Tests.Memory;

/// <summary>A device with little memory, of which only the accounts exist.</summary>
sealed class LimitedMemory(long capacity, bool isLazy = false) : IMemory
{
    /// <summary>Bytes of blocks that are not given back.</summary>
    public long Used { get; private set; }

    /// <summary>How many blocks were asked for.</summary>
    public int Blocks { get; private set; }

    /// <summary>Where the parts lie whose contents were said to be of no use, in order.</summary>
    public List<(long Start, long Bytes)> Forgotten { get; } = [];

    public bool IsLazy => isLazy;

    public DeviceBuffer Allocate(long bytes)
    {
        if (Used + bytes > capacity) throw new DeviceOutOfMemoryException("full");
        Used += bytes;
        Blocks++;
        return new Block(0, bytes);
    }

    public void Free(DeviceBuffer buffer) => Used -= buffer.Bytes;

    public void Forget(DeviceBuffer part) => Forgotten.Add((StartOf(part), part.Bytes));

    /// <summary>The first byte of a part in its block.</summary>
    public static long StartOf(DeviceBuffer part) => ((Block)part).Start;

    public void Upload<T>(ReadOnlySpan<T> from, DeviceBuffer to) where T : unmanaged => Assert.Fail("no contents");

    public void Download<T>(DeviceBuffer from, Span<T> to) where T : unmanaged => Assert.Fail("no contents");

    public void Copy(Tensor from, Tensor to, long at) => Assert.Fail("no contents");

    public void Fill(Tensor x, float value) => Assert.Fail("no contents");

    public void Synchronize()
    {
    }

    sealed class Block(long start, long bytes) : DeviceBuffer(bytes)
    {
        public long Start => start;

        public override DeviceBuffer Part(long from, long count) => new Block(start + from, count);
    }
}
