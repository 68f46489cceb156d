namespace TripletGpu.Kernels.Launching;

/// <summary>A window on device memory, from the host's side.</summary>
/// <param name="buffer">The driver's handle or address of the buffer.</param>
/// <param name="offset">The first element.</param>
/// <param name="length">The number of elements.</param>
public readonly struct DeviceView<T>(nint buffer, long offset, int length) where T : unmanaged
{
    /// <summary>The driver's handle or address of the buffer.</summary>
    public readonly nint Buffer = buffer;

    /// <summary>The first element.</summary>
    public readonly long Offset = offset;

    /// <summary>The number of elements.</summary>
    public readonly int Length = length;

    /// <summary>A part of the view.</summary>
    public DeviceView<T> Slice(int start, int count)
    {
        if (start < 0 || count < 0 || start > Length - count)
            throw new ArgumentOutOfRangeException(nameof(start),
            $"[{start}, {start + (long)count}) in a view of {Length}");
        return new(Buffer, Offset + start, count);
    }
}
