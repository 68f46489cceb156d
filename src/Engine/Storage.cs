using TripletGpu.Backends;

namespace TripletGpu;

/// <summary>
/// One device buffer with the number of tensors that look at it. A reshape shares its input's storage; the buffer goes
/// back to the pool when the last tensor lets go.
/// </summary>
sealed class Storage(BufferPool pool, DeviceBuffer buffer, long bytes)
{
    int owners = 1;

    public DeviceBuffer Buffer { get; } = buffer;

    /// <summary>Whether several tensors look at it.</summary>
    public bool IsShared => owners > 1;

    public void AddOwner() => owners++;

    public void Release()
    {
        if (--owners == 0) pool.Return(Buffer, bytes);
    }
}
