namespace TripletGpu.Backends;

/// <summary>
/// Keeps freed blocks by size class and hands them out again, so that a training loop allocates nothing after its first
/// steps. Sizes are rounded up to a quarter of a power of two (at most 25 % more than asked for). Not thread-safe:
/// a device is driven by one thread.
/// </summary>
public sealed class BufferPool(IMemory memory)
{
    const long Smallest = 256;
    readonly Dictionary<long, Stack<DeviceBuffer>> free = [];

    /// <summary>Bytes asked for and not yet returned, without the rounding.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>The highest <see cref="LiveBytes"/> since the last <see cref="ResetPeak"/>.</summary>
    public long PeakLiveBytes { get; private set; }

    /// <summary>Bytes of blocks that wait for reuse.</summary>
    public long CachedBytes { get; private set; }

    /// <summary>
    /// Bytes taken from the device, in use or cached: the pool's high-water mark while nothing is trimmed.
    /// </summary>
    public long ReservedBytes { get; private set; }

    /// <summary>A block of at least <paramref name="bytes"/>, contents undefined.</summary>
    /// <exception cref="DeviceOutOfMemoryException">With the size asked for, the live and the cached bytes.</exception>
    public DeviceBuffer Rent(long bytes)
    {
        long size = SizeClass(bytes);
        DeviceBuffer buffer;
        if (free.TryGetValue(size, out Stack<DeviceBuffer>? stack) && stack.TryPop(out DeviceBuffer? cached))
        {
            CachedBytes -= size;
            buffer = cached;
        }
        else buffer = Allocate(size);
        LiveBytes += bytes;
        PeakLiveBytes = Math.Max(PeakLiveBytes, LiveBytes);
        return buffer;
    }

    /// <summary>Takes a block back; <paramref name="bytes"/> is what had been asked for.</summary>
    public void Return(DeviceBuffer buffer, long bytes)
    {
        LiveBytes -= bytes;
        CachedBytes += buffer.Bytes;
        if (!free.TryGetValue(buffer.Bytes, out Stack<DeviceBuffer>? stack)) free[buffer.Bytes] = stack = new();
        stack.Push(buffer);
    }

    /// <summary>Gives every cached block back to the device.</summary>
    public void Trim()
    {
        foreach (Stack<DeviceBuffer> stack in free.Values)
            while (stack.TryPop(out DeviceBuffer? buffer))
            {
                ReservedBytes -= buffer.Bytes;
                memory.Free(buffer);
            }
        CachedBytes = 0;
    }

    /// <summary>Starts a new measurement of <see cref="PeakLiveBytes"/>.</summary>
    public void ResetPeak() => PeakLiveBytes = LiveBytes;

    /// <summary>
    /// The size of the block that serves <paramref name="bytes"/>: 1, 1.25, 1.5 or 1.75 times a power of two.
    /// </summary>
    internal static long SizeClass(long bytes)
    {
        if (bytes <= Smallest) return Smallest;
        long quarter = (long)System.Numerics.BitOperations.RoundUpToPowerOf2((ulong)bytes) / 8;
        return (bytes + quarter - 1) / quarter * quarter;
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
        DeviceBuffer buffer = memory.Allocate(size);
        ReservedBytes += size;
        return buffer;
    }
}
