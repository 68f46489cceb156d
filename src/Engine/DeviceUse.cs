namespace TripletGpu;

/// <summary>
/// Who drives a device at the moment. Two threads at once would write each other's scratch memory, far from where the
/// mistake is, so the second one is told instead. Threads that take turns, such as those of asynchronous code, are
/// fine.
/// </summary>
sealed class DeviceUse(string device)
{
    int thread, depth;

    /// <summary>Begins a use, which ends with what is returned; uses of one thread nest.</summary>
    /// <exception cref="InvalidOperationException">Another thread is at it.</exception>
    public Scope Begin()
    {
        int own = Environment.CurrentManagedThreadId;
        if (thread != own && Interlocked.CompareExchange(ref thread, own, 0) != 0)
            throw new InvalidOperationException(
                $"{device} is in use by another thread, and one thread at a time drives a device:"
                + " give each thread a device of its own, or let them take turns");
        depth++;
        return new Scope(this);
    }

    /// <summary>A use until its disposal.</summary>
    public readonly ref struct Scope(DeviceUse use)
    {
        public void Dispose()
        {
            if (--use.depth == 0) Volatile.Write(ref use.thread, 0);
        }
    }
}
