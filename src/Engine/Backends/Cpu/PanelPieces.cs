namespace TripletGpu.Backends.Cpu;

/// <summary>
/// Panels as pieces of work for <see cref="WorkerPool.ForEach"/>: every thread's share has as many whole panels as any
/// other's, and a part of each panel that is left over.
/// </summary>
/// <param name="panels">Panels.</param>
/// <param name="threads">Threads, which are also the parts of a panel that is left over.</param>
readonly struct PanelPieces(int panels, int threads)
{
    readonly int whole = panels / threads, each = panels / threads + panels % threads, threads = threads;

    /// <summary>The pieces of all threads.</summary>
    public int Count => each * threads;

    /// <summary>The panel of a piece, and which part it is of how many.</summary>
    public (int Panel, int Part, int Parts) this[int piece]
    {
        get
        {
            int thread = piece / each, i = piece % each;
            return i < whole ? (thread * whole + i, 0, 1) : (whole * threads + i - whole, thread, threads);
        }
    }
}
