using System.Buffers;

namespace TripletGpu.Backends.Cpu;

/// <summary>Native memory as <see cref="Memory{T}"/>; whoever owns it keeps it while this is in use.</summary>
/// <param name="start">The first element.</param>
/// <param name="length">Elements.</param>
sealed unsafe class NativeView(float* start, int length) : MemoryManager<float>
{
    readonly float* start = start;

    public override Span<float> GetSpan() => new(start, length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
