using TripletGpu.Backends;

namespace TripletGpu.Support;

/// <summary>A device's memory as it is, for tests that watch or limit its blocks.</summary>
public abstract class ForwardingMemory(IMemory memory) : IMemory
{
    public virtual DeviceBuffer Allocate(long bytes) => memory.Allocate(bytes);

    public virtual void Free(DeviceBuffer buffer) => memory.Free(buffer);

    public void Upload<T>(ReadOnlySpan<T> from, DeviceBuffer to) where T : unmanaged => memory.Upload(from, to);

    public void Download<T>(DeviceBuffer from, Span<T> to) where T : unmanaged => memory.Download(from, to);

    public void Copy(Tensor from, Tensor to, long at) => memory.Copy(from, to, at);

    public void Fill(Tensor x, float value) => memory.Fill(x, value);

    public void Synchronize() => memory.Synchronize();
}
