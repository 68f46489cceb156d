namespace TripletGpu.Backends;

/// <summary>Operations that run side by side, because none reads what another writes.</summary>
public interface IBranches
{
    /// <summary>Operations that have more multiply-adds together than this share the threads well alone.</summary>
    const double MostWork = 400e6;

    /// <summary>
    /// Calls <paramref name="branch"/> for 0 .. count - 1, each once, and waits for all. Each may run operations of the
    /// backend; the longest should come first.
    /// </summary>
    void Run(int count, Action<int> branch);

    /// <summary>The threads, which are the parts of <see cref="RunParts"/>.</summary>
    int Parts { get; }

    /// <summary>
    /// Calls <paramref name="part"/> for 0 .. <see cref="Parts"/> - 1, each once and as a rule on the thread that had
    /// it the last time, and waits for all. Threads help with the operations of another's part when theirs is done.
    /// </summary>
    void RunParts(Action<int> part);
}
