namespace TripletGpu.Backends.Cpu;

/// <summary>
/// Native memory, aligned to a cache line, with slack on both sides: packing reads whole vectors a little past the
/// edges of a map and masks what it read.
/// </summary>
sealed unsafe class CpuBuffer(float* pointer, void* allocation, long bytes) : DeviceBuffer(bytes)
{
    /// <summary>Readable floats before the first and after the last element.</summary>
    public const int Slack = 4096;

    /// <summary>Floats of a cache line.</summary>
    public const int Line = 16;

    public float* Pointer { get; } = pointer;

    public void* Allocation { get; } = allocation;

    public override DeviceBuffer Part(long start, long count) =>
        new CpuBuffer((float*)((byte*)Pointer + start), Allocation, count);
}
