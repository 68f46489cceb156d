namespace TripletGpu.Backends.Cpu;

/// <summary>Memory that is handed out piece by piece, and all of it anew when an operation begins.</summary>
sealed unsafe class ScratchArena : IDisposable
{
    const int Alignment = 64, Gap = 64; // floats that vector stores may run over a block's end
    readonly CpuMemory memory = new();
    readonly List<CpuBuffer> chunks = [];
    long taken, wanted;

    /// <summary>Everything taken before may be handed out again.</summary>
    public void Begin()
    {
        // What did not fit the last time came from extra chunks; one chunk for all of it replaces them.
        if (chunks.Count > 1)
        {
            Dispose();
            Reserve(wanted);
        }
        (taken, wanted) = (0, 0);
    }

    /// <summary>Floats of undefined contents, valid until the next <see cref="Begin"/>.</summary>
    public float* Take(long floats)
    {
        floats = (floats + Gap + Alignment - 1) / Alignment * Alignment;
        wanted += floats;
        if (chunks.Count == 0 || (taken + floats) * sizeof(float) > chunks[^1].Bytes)
        {
            Reserve(floats);
            taken = 0;
        }
        float* start = chunks[^1].Pointer + taken;
        taken += floats;
        return start;
    }

    /// <summary>Gives the memory back to the system.</summary>
    public void Dispose()
    {
        foreach (CpuBuffer chunk in chunks) memory.Free(chunk);
        chunks.Clear();
    }

    void Reserve(long floats) => chunks.Add((CpuBuffer)memory.Allocate(floats * sizeof(float)));
}
