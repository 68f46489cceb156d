namespace TripletGpu.Backends.Cpu;

/// <summary>
/// The backend's scratch memory: packed panels, transformed maps. An operation takes what it needs before it hands work
/// to the threads and gives all of it back at its end; in the steady state nothing is allocated.
/// <para>
/// What each thread writes for itself lies in memory of its own, operation after operation: lines that another
/// processor wrote last would have to come from its caches before they can be written over.
/// </para>
/// </summary>
/// <param name="threads">Threads that take memory of their own.</param>
sealed unsafe class Workspace(int threads) : IDisposable
{
    readonly ScratchArena shared = new();
    readonly ScratchArena[] own = [.. Enumerable.Range(0, threads).Select(_ => new ScratchArena())];

    /// <summary>Starts an operation: everything taken before may be handed out again.</summary>
    public Workspace Begin()
    {
        shared.Begin();
        foreach (ScratchArena arena in own) arena.Begin();
        return this;
    }

    /// <summary>Floats of undefined contents for all threads, valid until the next <see cref="Begin"/>.</summary>
    public float* Take(long floats) => shared.Take(floats);

    /// <summary>As many floats for each thread, in its own memory.</summary>
    public PerThread TakeForEach(long floats)
    {
        float** starts = (float**)shared.Take((long)own.Length * sizeof(float*) / sizeof(float));
        for (int thread = 0; thread < own.Length; thread++) starts[thread] = own[thread].Take(floats);
        return new PerThread(starts);
    }

    /// <summary>Gives the memory back to the system.</summary>
    public void Dispose()
    {
        shared.Dispose();
        foreach (ScratchArena arena in own) arena.Dispose();
    }
}

/// <summary>Scratch memory of which each thread has its own.</summary>
readonly unsafe struct PerThread(float** starts)
{
    readonly float** starts = starts;

    /// <summary>A thread's first float.</summary>
    public float* this[int thread] => starts[thread];
}
