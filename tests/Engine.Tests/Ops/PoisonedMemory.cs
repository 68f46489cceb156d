using TripletGpu.Backends;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>The memory of any device with NaN in every new block: what no operation writes shows.</summary>
sealed class PoisonedMemory(IMemory memory) : IMemory
{
    public DeviceBuffer Allocate(long bytes)
    {
        DeviceBuffer block = memory.Allocate(bytes);
        float[] poison = new float[block.Bytes / sizeof(float)];
        Array.Fill(poison, float.NaN);
        memory.Upload<float>(poison, block);
        return block;
    }

    public void Free(DeviceBuffer buffer) => memory.Free(buffer);

    public void Upload<T>(ReadOnlySpan<T> from, DeviceBuffer to) where T : unmanaged => memory.Upload(from, to);

    public void Download<T>(DeviceBuffer from, Span<T> to) where T : unmanaged => memory.Download(from, to);

    public void Copy(Tensor from, Tensor to) => memory.Copy(from, to);

    public void Fill(Tensor x, float value) => memory.Fill(x, value);

    public void Synchronize() => memory.Synchronize();
}
