namespace TripletGpu.Backends;

/// <summary>
/// Keeps freed blocks and hands them out again, so that a training loop allocates nothing after its first steps: memory
/// that is lazy, cut up by a <see cref="BlockHeap"/>; other memory by size class, rounded up to a quarter of a power of
/// two (large blocks to a sixteenth), the oldest that is free first. So a step that begins with the same blocks in use
/// gets the same ones, at the same addresses, as the step before: graphs of launches need not be told others. Not
/// thread-safe: a device is driven by one thread.
/// </summary>
public sealed class BufferPool(IMemory memory)
{
    const long Smallest = 256, Large = 1 << 20;

    readonly BlockHeap? heap = memory.IsLazy ? new(memory) : null;
    readonly Dictionary<long, PriorityQueue<DeviceBuffer, long>> free = [];
    readonly Dictionary<DeviceBuffer, long> ages = new(ReferenceEqualityComparer.Instance);
    long used, reserved, blocksMade;

    /// <summary>Bytes asked for and not yet returned, without the rounding.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>The highest <see cref="LiveBytes"/> since the last <see cref="ResetPeak"/>.</summary>
    public long PeakLiveBytes { get; private set; }

    /// <summary>Bytes of blocks that wait for reuse.</summary>
    public long CachedBytes => ReservedBytes - used;

    /// <summary>
    /// Bytes taken from the device, in use or cached: the pool's high-water mark while nothing is trimmed.
    /// </summary>
    public long ReservedBytes => heap?.HeldBytes ?? reserved;

    /// <summary>A block of at least <paramref name="bytes"/>, contents undefined.</summary>
    /// <exception cref="DeviceOutOfMemoryException">With the size asked for, the live and the cached bytes.</exception>
    public DeviceBuffer Rent(long bytes)
    {
        long size = heap is null ? SizeClass(bytes) : bytes;
        if (!free.TryGetValue(size, out PriorityQueue<DeviceBuffer, long>? blocks)
            || !blocks.TryDequeue(out DeviceBuffer? buffer, out _))
            buffer = Allocate(size);
        used += buffer.Bytes;
        LiveBytes += bytes;
        PeakLiveBytes = Math.Max(PeakLiveBytes, LiveBytes);
        return buffer;
    }

    /// <summary>Takes a block back; <paramref name="bytes"/> is what had been asked for.</summary>
    public void Return(DeviceBuffer buffer, long bytes)
    {
        LiveBytes -= bytes;
        used -= buffer.Bytes;
        if (heap is not null)
        {
            heap.Free(buffer);
            return;
        }
        if (!free.TryGetValue(buffer.Bytes, out PriorityQueue<DeviceBuffer, long>? blocks))
            free[buffer.Bytes] = blocks = new();
        blocks.Enqueue(buffer, ages[buffer]);
    }

    /// <summary>Gives every cached block back to the device.</summary>
    public void Trim()
    {
        foreach (PriorityQueue<DeviceBuffer, long> blocks in free.Values)
            while (blocks.TryDequeue(out DeviceBuffer? buffer, out _))
            {
                reserved -= buffer.Bytes;
                ages.Remove(buffer);
                memory.Free(buffer);
            }
        heap?.Trim();
    }

    /// <summary>Starts a new measurement of <see cref="PeakLiveBytes"/>.</summary>
    public void ResetPeak() => PeakLiveBytes = LiveBytes;

    /// <summary>
    /// The size of the block that serves <paramref name="bytes"/>: a power of two and some quarters of it; of more than
    /// a megabyte, some sixteenths.
    /// </summary>
    internal static long SizeClass(long bytes)
    {
        if (bytes <= Smallest) return Smallest;
        long step = (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)bytes) / (bytes > Large ? 32 : 8);
        return (bytes + step - 1) / step * step;
    }

    DeviceBuffer Allocate(long size)
    {
        try
        {
            return Reserve(size);
        }
        catch (DeviceOutOfMemoryException)
        {
            Trim();
        }
        try
        {
            return Reserve(size);
        }
        catch (DeviceOutOfMemoryException exception)
        {
            throw new DeviceOutOfMemoryException(
                $"the device has no {size:N0} bytes left: {LiveBytes:N0} are in use and {CachedBytes:N0} cached."
                + " A smaller batch or input needs less", exception);
        }
    }

    DeviceBuffer Reserve(long size)
    {
        if (heap is not null) return heap.Allocate(size);
        DeviceBuffer buffer = memory.Allocate(size);
        reserved += size;
        ages.Add(buffer, blocksMade++);
        return buffer;
    }
}
