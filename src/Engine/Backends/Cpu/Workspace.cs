namespace TripletGpu.Backends.Cpu;

/// <summary>
/// The backend's scratch memory: packed panels, transformed maps. An operation takes what it needs before it hands work
/// to the threads and gives all of it back at its end; in the steady state nothing is allocated.
/// </summary>
sealed unsafe class Workspace : IDisposable
{
    const int Alignment = 64, Gap = 64; // floats that vector stores may run over a block's end
    readonly CpuMemory memory = new();
    readonly List<CpuBuffer> chunks = [];
    long taken, wanted;

    /// <summary>Starts an operation: everything taken before may be handed out again.</summary>
    public Workspace Begin()
    {
        // What did not fit the last time came from extra chunks; one chunk for all of it replaces them.
        if (chunks.Count > 1)
        {
            Free();
            Reserve(wanted);
        }
        (taken, wanted) = (0, 0);
        return this;
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
    public void Dispose() => Free();

    void Reserve(long floats) => chunks.Add((CpuBuffer)memory.Allocate(floats * sizeof(float)));

    void Free()
    {
        foreach (CpuBuffer chunk in chunks) memory.Free(chunk);
        chunks.Clear();
    }
}
