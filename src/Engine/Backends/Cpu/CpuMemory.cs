using System.Runtime.InteropServices;

namespace TripletGpu.Backends.Cpu;

/// <summary>
/// Native host memory. Large blocks ask the system for huge pages: fewer page faults in the first steps.
/// </summary>
sealed unsafe partial class CpuMemory : IMemory
{
    const nuint CacheLine = 64, HugePage = 2 << 20;
    const int MadviseDontNeed = 4, MadviseHugePage = 14;
    const long SlackBytes = CpuBuffer.Slack * sizeof(float);

    public DeviceBuffer Allocate(long bytes)
    {
        nuint size = (nuint)(bytes + 2 * SlackBytes), alignment = size >= HugePage ? HugePage : CacheLine;
        void* allocation;
        try
        {
            allocation = NativeMemory.AlignedAlloc(size, alignment);
        }
        catch (OutOfMemoryException exception)
        {
            throw new DeviceOutOfMemoryException($"the system refused {size:N0} bytes", exception);
        }
        // Advice: refused, nothing is lost. Whole pages only: one that a block begins and does not fill is memory too.
        if (alignment == HugePage) Advise(allocation, size / HugePage * HugePage, MadviseHugePage);
        // The slack is read and masked away; a signalling pattern there would still raise a flag, so it holds zeros.
        NativeMemory.Clear(allocation, (nuint)SlackBytes);
        NativeMemory.Clear((byte*)allocation + size - SlackBytes, (nuint)SlackBytes);
        return new CpuBuffer((float*)((byte*)allocation + SlackBytes), allocation, bytes);
    }

    public void Free(DeviceBuffer buffer) => NativeMemory.AlignedFree(((CpuBuffer)buffer).Allocation);

    public bool IsLazy => OperatingSystem.IsLinux();

    public void Forget(DeviceBuffer part)
    {
        nuint page = (nuint)Environment.SystemPageSize, start = (nuint)((CpuBuffer)part).Pointer;
        nuint first = (start + page - 1) / page * page, end = (start + (nuint)part.Bytes) / page * page;
        if (end > first) Advise((void*)first, end - first, MadviseDontNeed);
    }

    public void Upload<T>(ReadOnlySpan<T> from, DeviceBuffer to) where T : unmanaged =>
        from.CopyTo(new Span<T>(((CpuBuffer)to).Pointer, from.Length));

    public void Download<T>(DeviceBuffer from, Span<T> to) where T : unmanaged =>
        new ReadOnlySpan<T>(((CpuBuffer)from).Pointer, to.Length).CopyTo(to);

    public Memory<float>? OnHost(Tensor tensor) => new NativeView(tensor.Floats(), checked((int)tensor.Count)).Memory;

    public void Copy(Tensor from, Tensor to, long at)
    {
        long bytes = from.Count * sizeof(float);
        Buffer.MemoryCopy(
            ((CpuBuffer)from.Buffer).Pointer, ((CpuBuffer)to.Buffer).Pointer + at, (to.Count - at) * sizeof(float),
            bytes);
    }

    public void Fill(Tensor x, float value)
    {
        if (x.ImagePitch == 0) x.Span().Fill(value);
        else
            for (int n = 0; n < x.Shape[0]; n++)
                new Span<float>(x.Floats() + n * x.ImagePitch, x.Shape.Product(1, 4)).Fill(value);
    }

    /// <summary>Nothing to wait for: every operation has run when its method returns.</summary>
    public void Synchronize()
    {
    }

    static void Advise(void* start, nuint size, int advice)
    {
        if (OperatingSystem.IsLinux()) _ = Madvise(start, size, advice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Madvise(void* start, nuint size, int advice);
}
