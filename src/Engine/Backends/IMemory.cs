namespace TripletGpu.Backends;

/// <summary>
/// Device memory: raw blocks and copies. Pooling is <see cref="BufferPool"/>'s. Here tensors may have no elements.
/// </summary>
public interface IMemory
{
    /// <summary>Allocates a block; its contents are undefined.</summary>
    /// <exception cref="DeviceOutOfMemoryException">The device has no such block left.</exception>
    DeviceBuffer Allocate(long bytes);

    /// <summary>Gives a block back to the driver or the operating system.</summary>
    void Free(DeviceBuffer buffer);

    /// <summary>
    /// Whether a block's pages cost nothing before they are written to, so that <see cref="BufferPool"/> may ask for
    /// large ones and cut them up.
    /// </summary>
    bool IsLazy => false;

    /// <summary>
    /// The contents of a part of a block are no longer needed: its pages may go back to the system until it is written
    /// to again.
    /// </summary>
    void Forget(DeviceBuffer part)
    {
    }

    /// <summary>Copies host values to the start of a block, in order with the operations issued so far.</summary>
    void Upload<T>(ReadOnlySpan<T> from, DeviceBuffer to) where T : unmanaged;

    /// <summary>Waits for the operations issued so far and copies the start of a block to the host.</summary>
    void Download<T>(DeviceBuffer from, Span<T> to) where T : unmanaged;

    /// <summary>
    /// The values of a float tensor where they lie, if that is memory of the host; null elsewhere. They are those of
    /// the operations issued so far, and stay there until the tensor is released.
    /// </summary>
    Memory<float>? OnHost(Tensor tensor) => null;

    /// <summary>
    /// Copies the values of one tensor to another, from its element <paramref name="at"/> on, where there is room for
    /// all of them. Words are copied as they are: one tensor may hold floats and the other integers.
    /// </summary>
    void Copy(Tensor from, Tensor to, long at = 0);

    /// <summary>Sets every element of a float tensor.</summary>
    void Fill(Tensor x, float value);

    /// <summary>Waits until everything issued so far has run.</summary>
    void Synchronize();
}
