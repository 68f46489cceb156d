namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>
/// Launches held back until there are some, or until somebody waits or copies, and given to the device by one call
/// where the same have been given before: a training step has the same launches each time, and most have the same
/// arguments. A sequence runs by itself the first time, becomes a graph (<see cref="CudaGraph"/>) the second, and from
/// then on only what has changed of its arguments is told.
/// </summary>
sealed unsafe class CudaGraphs(CudaLibrary cuda, nint stream) : IDisposable
{
    /// <summary>Launches of a graph: few enough that the device does not stand still while they are gathered.</summary>
    public const int Most = 32;

    // Fewer are as fast by themselves. Steps of other shapes have other graphs.
    const int Least = 4, MostGraphs = 1024;

    readonly HeldLaunches held = new();
    readonly Dictionary<ulong, CudaGraph?> known = [];
    ulong before;

    /// <summary>Launches that went by graphs.</summary>
    public long InGraphs { get; private set; }

    /// <summary>Launches that went by themselves.</summary>
    public long Alone { get; private set; }

    /// <summary>Launches of graphs whose arguments had changed.</summary>
    public long Changed { get; private set; }

    /// <summary>Adds a launch to those that are held back.</summary>
    public void Add(in HeldLaunch launch, void** pointers, ReadOnlySpan<int> sizes)
    {
        held.Add(launch, pointers, sizes);
        if (held.Count == Most) Issue();
    }

    /// <summary>Gives what is held back to the device.</summary>
    public void Issue()
    {
        if (held.Count == 0) return;
        // The same launches at two places of a step have graphs of their own, or their arguments would always change.
        ulong key = ulong.RotateLeft(before, 17) ^ held.Shape;
        before = held.Shape;
        try
        {
            if (held.Count < Least || !IsKnown(key)) IssueOneByOne();
            else
            {
                CudaGraph graph = known[key] ??= new(cuda, held);
                if (graph.Fits(held))
                {
                    Changed += graph.Launch(held, stream);
                    InGraphs += held.Count;
                }
                else IssueOneByOne();
            }
        }
        finally
        {
            held.Clear();
        }
    }

    /// <summary>Gives what is held back to the device; what follows begins a step.</summary>
    public void EndStep()
    {
        Issue();
        before = 0;
    }

    /// <summary>Nothing that was given to the device may run any more.</summary>
    public void Dispose()
    {
        foreach (CudaGraph? graph in known.Values) graph?.Dispose();
        held.Dispose();
    }

    bool IsKnown(ulong key)
    {
        if (known.ContainsKey(key)) return true;
        if (known.Count == MostGraphs)
        {
            cuda.Check(cuda.StreamSynchronize(stream), "cuStreamSynchronize");
            foreach (CudaGraph? graph in known.Values) graph?.Dispose();
            known.Clear();
        }
        known.Add(key, null);
        return false;
    }

    void IssueOneByOne()
    {
        Alone += held.Count;
        void** pointers = stackalloc void*[held.MostArguments];
        for (int i = 0; i < held.Count; i++)
        {
            held.Point(i, pointers);
            cuda.Launch(held[i], pointers, stream);
        }
    }
}
