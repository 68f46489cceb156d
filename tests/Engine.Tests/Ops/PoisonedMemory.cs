using TripletGpu.Backends;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>The memory of any device with NaN in every new block: what no operation writes shows.</summary>
sealed class PoisonedMemory(IMemory memory) : ForwardingMemory(memory)
{
    public override DeviceBuffer Allocate(long bytes)
    {
        DeviceBuffer block = base.Allocate(bytes);
        float[] poison = new float[block.Bytes / sizeof(float)];
        Array.Fill(poison, float.NaN);
        Upload<float>(poison, block);
        return block;
    }
}
