using TripletGpu.Backends;
using TripletGpu.Backends.Cpu;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>
/// The CPU's memory with every block, and the slack around it, filled with a NaN that no operation makes. What is
/// written outside a tensor destroys it; what is read from there and not masked away shows up in the results.
/// </summary>
sealed unsafe class SentinelMemory(IMemory memory) : ForwardingMemory(memory)
{
    const uint Pattern = 0x7FC0ABCD;

    readonly HashSet<CpuBuffer> blocks = [];

    public override DeviceBuffer Allocate(long bytes)
    {
        CpuBuffer block = (CpuBuffer)base.Allocate(bytes);
        new Span<uint>(block.Pointer - CpuBuffer.Slack, (int)(bytes / 4) + 2 * CpuBuffer.Slack).Fill(Pattern);
        blocks.Add(block);
        return block;
    }

    public override void Free(DeviceBuffer buffer)
    {
        blocks.Remove((CpuBuffer)buffer);
        base.Free(buffer);
    }

    /// <summary>Fails if the slack of any block has been written to.</summary>
    public void CheckSlack()
    {
        foreach (CpuBuffer block in blocks)
        {
            Check(block.Pointer - CpuBuffer.Slack, CpuBuffer.Slack, "before a block");
            Check(block.Pointer + block.Bytes / 4, CpuBuffer.Slack, "after a block");
        }
    }

    /// <summary>Fails if the rest of the tensor's block has been written to.</summary>
    public static void CheckRest(Tensor tensor)
    {
        CpuBuffer block = (CpuBuffer)tensor.Buffer;
        Check(block.Pointer + tensor.Count, block.Bytes / 4 - tensor.Count, $"after {tensor}");
    }

    static void Check(float* from, long count, string where)
    {
        int written = new ReadOnlySpan<uint>(from, (int)count).IndexOfAnyExcept(Pattern);
        if (written >= 0) Assert.Fail($"the memory {where} has been written to, at element {written}");
    }
}
