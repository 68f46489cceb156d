namespace TripletGpu.Backends;

/// <summary>
/// Cuts blocks out of a few large segments. A block that is given back merges with what is free beside it, so that
/// what many small tensors have left serves a large one: in a backward pass the gradients of the first layers' maps lie
/// where the last layers' maps were. A pool by sizes keeps those apart, and ResNet50's step held a fifth more. For
/// memory whose pages cost nothing before they are written to, such as the host's. Not thread-safe.
/// </summary>
/// <param name="memory">Where the segments come from.</param>
sealed class BlockHeap(IMemory memory)
{
    // Blocks begin at cache lines. Segments grow with what there is: few of them, and little asked for in vain.
    const long Line = 64, LeastSegment = 64 << 20, MostSegment = 4L << 30;

    readonly List<Segment> segments = [];
    readonly Dictionary<DeviceBuffer, (Segment Segment, long Start)> used = [];

    /// <summary>Bytes of all segments up to the last that was ever part of a block since <see cref="Trim"/>.</summary>
    public long HeldBytes => segments.Sum(segment => segment.Held);

    /// <summary>A block of <paramref name="bytes"/>, contents undefined: the first place where it fits.</summary>
    /// <exception cref="DeviceOutOfMemoryException">There is no memory for another segment.</exception>
    public DeviceBuffer Allocate(long bytes)
    {
        long size = Math.Max(Line, (bytes + Line - 1) / Line * Line);
        foreach (Segment segment in segments)
            if (segment.Cut(size) is long start)
                return Block(segment, start, size);
        Segment added = new(More(size));
        segments.Add(added);
        return Block(added, added.Cut(size)!.Value, size);
    }

    /// <summary>Takes a block back.</summary>
    public void Free(DeviceBuffer block)
    {
        used.Remove(block, out (Segment Segment, long Start) place);
        place.Segment.Join(place.Start, block.Bytes);
    }

    /// <summary>Gives segments without blocks, and the free pages of the others, back to the system.</summary>
    public void Trim()
    {
        foreach (Segment segment in segments)
            if (segment.IsFree) memory.Free(segment.Memory);
            else segment.Forget(memory);
        segments.RemoveAll(segment => segment.IsFree);
    }

    DeviceBuffer Block(Segment segment, long start, long size)
    {
        DeviceBuffer block = segment.Memory.Part(start, size);
        used[block] = (segment, start);
        return block;
    }

    DeviceBuffer More(long size)
    {
        long reserved = segments.Sum(segment => segment.Memory.Bytes);
        long more = Math.Max(size, Math.Clamp(reserved, LeastSegment, MostSegment));
        try
        {
            return memory.Allocate(more);
        }
        catch (DeviceOutOfMemoryException) when (more > size)
        {
            return memory.Allocate(size);
        }
    }

    /// <summary>A large block and its free ranges, in the order of their addresses, no two of which touch.</summary>
    sealed class Segment(DeviceBuffer memory)
    {
        readonly List<(long Start, long End)> free = [(0, memory.Bytes)];

        public DeviceBuffer Memory { get; } = memory;

        /// <summary>Where the untouched rest begins.</summary>
        public long Held { get; private set; }

        public bool IsFree => free is [(0, var end)] && end == Memory.Bytes;

        public long? Cut(long size)
        {
            for (int i = 0; i < free.Count; i++)
            {
                (long start, long end) = free[i];
                if (end - start < size) continue;
                if (end - start == size) free.RemoveAt(i);
                else free[i] = (start + size, end);
                Held = Math.Max(Held, start + size);
                return start;
            }
            return null;
        }

        public void Join(long start, long size)
        {
            long end = start + size;
            int at = free.FindIndex(range => range.Start >= end);
            if (at < 0) at = free.Count;
            if (at < free.Count && free[at].Start == end)
            {
                end = free[at].End;
                free.RemoveAt(at);
            }
            if (at > 0 && free[at - 1].End == start) free[at - 1] = (free[at - 1].Start, end);
            else free.Insert(at, (start, end));
        }

        public void Forget(IMemory of)
        {
            foreach ((long start, long end) in free)
                if (start < Held) of.Forget(Memory.Part(start, Math.Min(end, Held) - start));
            if (free is [.., var last] && last.End == Memory.Bytes) Held = Math.Min(Held, last.Start);
        }
    }
}
