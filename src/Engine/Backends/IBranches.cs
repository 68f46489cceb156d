namespace TripletGpu.Backends;

/// <summary>Operations that run side by side, because none reads what another writes.</summary>
public interface IBranches
{
    /// <summary>
    /// Calls <paramref name="branch"/> for 0 .. count - 1, each once, and waits for all. Each may run operations of the
    /// backend; the longest should come first.
    /// </summary>
    void Run(int count, Action<int> branch);
}
