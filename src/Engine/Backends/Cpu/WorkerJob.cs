using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace TripletGpu.Backends.Cpu;

/// <summary>
/// Pieces of work that a thread of a <see cref="WorkerPool"/> shares with the others, one job after another. Each
/// thread begins with pieces of its own, so that what it wrote in one job lies in its cache for the next, and then
/// helps the others.
/// </summary>
/// <param name="threads">Threads of the pool.</param>
sealed class WorkerJob(int threads)
{
    // The word: the job's number above, whether others may still join it, and how many are at it.
    const int NumberBits = 32;
    const long OneJob = 1L << NumberBits, IsOpen = 1L << (NumberBits - 1), Joined = IsOpen - 1;

    readonly SemaphoreSlim finished = new(0);
    readonly Line[] next = new Line[threads];
    Action<int, int> body = (_, _) => { };
    int pieces;
    volatile Exception? failure;
    volatile bool ownerSleeps;
    Line word;

    /// <summary>A number on cache lines of its own: two, because processors fetch them in pairs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct Line
    {
        [FieldOffset(128)]
        public long Value;
    }

    /// <summary>The number of the job in progress, or of the last.</summary>
    public long Number => Volatile.Read(ref word.Value) >> NumberBits;

    /// <summary>Whether another thread is at it.</summary>
    public bool HasHelpers => (Volatile.Read(ref word.Value) & Joined) != 0;

    /// <summary>Begins a job. Nobody is at the last one, which is closed.</summary>
    public void Open(int count, Action<int, int> piece)
    {
        (body, pieces, failure) = (piece, count, null);
        for (int i = 0; i < next.Length; i++) next[i].Value = Share(count, i).From;
        // Whoever joins it sees what is above.
        Interlocked.Add(ref word.Value, OneJob + IsOpen);
    }

    /// <summary>Whether the job could still be joined: its pieces have not all been taken.</summary>
    public bool Join(long number)
    {
        for (long now; (now = Volatile.Read(ref word.Value)) >> NumberBits == number && (now & IsOpen) != 0;)
            if (Interlocked.CompareExchange(ref word.Value, now + 1, now) == now) return true;
        return false;
    }

    /// <summary>Ends what <see cref="Join"/> began.</summary>
    public void Leave()
    {
        if ((Interlocked.Decrement(ref word.Value) & (IsOpen | Joined)) == 0 && ownerSleeps) finished.Release();
    }

    /// <summary>
    /// A thread's part of a job: its own pieces, then those of the others. An exception is kept if it is the job's
    /// first: the owner throws it.
    /// </summary>
    public void Do(int thread)
    {
        Action<int, int> piece = body;
        try
        {
            for (int other = 0; other < next.Length; other++)
            {
                int owner = thread + other < next.Length ? thread + other : thread + other - next.Length;
                int end = Share(pieces, owner).To;
                while (failure is null && Volatile.Read(ref next[owner].Value) < end)
                {
                    long i = Interlocked.Increment(ref next[owner].Value) - 1;
                    if (i < end) piece((int)i, thread);
                }
            }
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref failure, exception, null);
        }
    }

    /// <summary>All pieces have been taken: nobody need join any more.</summary>
    public void Close() => Interlocked.And(ref word.Value, ~IsOpen);

    /// <summary>Sleeps until the last thread has left a closed job; returns at once where none is at it.</summary>
    public void Sleep()
    {
        ownerSleeps = true;
        Interlocked.MemoryBarrier();
        // The last worker may have left between the look and the sleep, before it could see that.
        if (HasHelpers) finished.Wait();
        ownerSleeps = false;
    }

    /// <summary>Ends a job that nobody is at any more; throws what a piece threw first.</summary>
    public void End()
    {
        body = static (_, _) => { };
        if (failure is { } first) ExceptionDispatchInfo.Throw(first);
    }

    /// <summary>The even part of 0 .. n that belongs to a thread.</summary>
    public (int From, int To) Share(int n, int thread) =>
        ((int)((long)n * thread / next.Length), (int)((long)n * (thread + 1) / next.Length));
}
