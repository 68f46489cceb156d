using TripletGpu.Backends;

namespace TripletGpu;

/// <summary>
/// One device buffer with the number of tensors that look at it. A reshape shares its input's storage; the buffer goes
/// back to the pool when the last tensor lets go. A part of a block is a storage of its own, which owns a share of the
/// block.
/// </summary>
sealed class Storage(BufferPool pool, DeviceBuffer buffer, long bytes)
{
    Storage? block;
    int owners = 1;

    public DeviceBuffer Buffer { get; } = buffer;

    /// <summary>Whether several tensors look at it.</summary>
    public bool IsShared => owners > 1;

    /// <summary>The size in bytes.</summary>
    public long Bytes => bytes;

    public void AddOwner() => owners++;

    /// <summary>Whether it is a part of another one.</summary>
    public bool IsPartOf(Storage whole) => block == whole;

    /// <summary>A part, from byte <paramref name="start"/> on.</summary>
    public Storage Part(long start, long length)
    {
        AddOwner();
        return new Storage(pool, Buffer.Part(start, length), length) { block = this };
    }

    public void Release()
    {
        if (--owners > 0) return;
        if (block is null) pool.Return(Buffer, bytes);
        else block.Release();
    }
}
