using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Backends.Cpu.SmallConvolution;

namespace TripletGpu.Backends.Cpu;

/// <summary>
/// The threads of the CPU backend. A job is some pieces, handed over through a word that idle workers spin on for a
/// moment (about 100 ns, where <c>Parallel.For</c> costs several microseconds); then they sleep. Each thread begins
/// with pieces of its own, so that what it wrote in one job lies in its cache for the next, and then helps the others:
/// a thread that wakes late, or whose core another program has taken, holds up no more than the piece that it is at.
/// One caller at a time.
/// </summary>
public sealed class WorkerPool : IDisposable
{
    // About 50 microseconds: longer than the gap between two operations of a step, short enough to leave the
    // core to others.
    const int SpinsBeforeSleep = 2_000;

    // Pieces of a thread's even share: what one piece costs is some 50 ns.
    const int PiecesOfAShare = 4;

    // The word: the job's number above, whether workers may still join it, and how many are at it.
    const int NumberBits = 32;
    const long OneJob = 1L << NumberBits, IsOpen = 1L << (NumberBits - 1), Joined = IsOpen - 1;

    readonly Thread[] workers;
    readonly SemaphoreSlim[] wake;
    readonly SemaphoreSlim finished = new(0);
    readonly Line[] asleep, next;
    Action<int, int> job = (_, _) => { };
    int pieces;
    volatile Exception? failure;
    volatile bool isClosing, callerSleeps;
    Line word;

    /// <summary>A number on cache lines of its own: two, because processors fetch them in pairs.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    struct Line
    {
        [FieldOffset(128)]
        public long Value;
    }

    /// <param name="threads">Threads in all, the caller's included; at least 1.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        Threads = threads;
        workers = new Thread[threads - 1];
        wake = new SemaphoreSlim[threads - 1];
        (asleep, next) = (new Line[threads - 1], new Line[threads]);
        for (int i = 0; i < workers.Length; i++)
        {
            int index = i;
            wake[i] = new SemaphoreSlim(0);
            workers[i] = new Thread(() => Work(index)) { IsBackground = true, Name = $"compute {i + 1}" };
            workers[i].Start();
        }
    }

    /// <summary>Threads in all, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>
    /// Calls <paramref name="body"/> for 0 .. <see cref="Threads"/> - 1, as a rule each on another thread: parts with
    /// scratch memory of their own.
    /// </summary>
    public void Run(Action<int> body) => ForEach(Threads, (part, _) => body(part));

    /// <summary>
    /// Splits 0 .. count - 1 into even ranges. Work below <paramref name="atLeast"/> items stays on the caller's
    /// thread: waking others would cost more.
    /// </summary>
    public void For(int count, int atLeast, Action<int, int> range)
    {
        if (count <= 0) return;
        if (Threads == 1 || count < atLeast)
        {
            range(0, count);
            return;
        }
        int parts = Math.Min(count, Threads * PiecesOfAShare);
        ForEach(parts, (part, _) => range((int)((long)count * part / parts), (int)((long)count * (part + 1) / parts)));
    }

    /// <summary>
    /// Calls <paramref name="body"/> for 0 .. count - 1, each once, with the number of the thread that does it, and
    /// waits for all. What one of them throws first is thrown here; pieces that nobody has begun are then left out.
    /// </summary>
    public void ForEach(int count, Action<int, int> body)
    {
        if (Threads == 1 || count <= 1)
        {
            for (int i = 0; i < count; i++) body(i, 0);
            return;
        }
        (job, pieces, failure) = (body, count, null);
        for (int i = 0; i < next.Length; i++) next[i].Value = Share(count, i).From;
        // Nobody is at the last job, which is closed. This opens the next, and whoever joins it sees what is above.
        Interlocked.Add(ref word.Value, OneJob + IsOpen);
        for (int i = 0; i < Math.Min(asleep.Length, count - 1); i++)
            if (Volatile.Read(ref asleep[i].Value) != 0)
            {
                Volatile.Write(ref asleep[i].Value, 0);
                wake[i].Release();
            }
        Do(0);
        Interlocked.And(ref word.Value, ~IsOpen);
        WaitForWorkers();
        job = static (_, _) => { };
        if (failure is { } first) ExceptionDispatchInfo.Throw(first);
    }

    /// <summary>The even part of 0 .. n that belongs to <paramref name="thread"/>.</summary>
    public (int From, int To) Share(int n, int thread) =>
        ((int)((long)n * thread / Threads), (int)((long)n * (thread + 1) / Threads));

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        if (isClosing) return;
        isClosing = true;
        Interlocked.Add(ref word.Value, OneJob);
        foreach (SemaphoreSlim semaphore in wake) semaphore.Release();
        foreach (Thread worker in workers) worker.Join();
    }

    /// <summary>
    /// A worker that is at its last piece is soon done. If not, its core has been taken: the caller sleeps, so that the
    /// worker can have this one.
    /// </summary>
    void WaitForWorkers()
    {
        for (int spin = 0; (Volatile.Read(ref word.Value) & Joined) != 0; spin++)
        {
            if (spin < SpinsBeforeSleep)
            {
                Thread.SpinWait(1);
                continue;
            }
            callerSleeps = true;
            Interlocked.MemoryBarrier();
            // The last worker may have left between the look and the sleep, before it could see that.
            if ((Volatile.Read(ref word.Value) & Joined) != 0) finished.Wait();
            callerSleeps = false;
            spin = 0;
        }
    }

    void Work(int index)
    {
        for (long seen = 0; ;)
        {
            seen = WaitForJob(index, seen);
            if (isClosing) return;
            if (!Join(seen)) continue;
            Do(index + 1);
            if ((Interlocked.Decrement(ref word.Value) & (IsOpen | Joined)) == 0 && callerSleeps) finished.Release();
        }
    }

    /// <summary>Whether the job could still be joined: its pieces have not all been taken.</summary>
    bool Join(long number)
    {
        for (long now; (now = Volatile.Read(ref word.Value)) >> NumberBits == number && (now & IsOpen) != 0;)
            if (Interlocked.CompareExchange(ref word.Value, now + 1, now) == now) return true;
        return false;
    }

    /// <summary>The number of the current job, once it is another than the last that the worker has seen.</summary>
    long WaitForJob(int index, long seen)
    {
        long now;
        for (int spin = 0; (now = Volatile.Read(ref word.Value) >> NumberBits) == seen; spin++)
        {
            if (spin < SpinsBeforeSleep)
            {
                Thread.SpinWait(1);
                continue;
            }
            Volatile.Write(ref asleep[index].Value, 1);
            Interlocked.MemoryBarrier();
            // A job may have come between the look and the sleep; then the waker has, or has not, seen us asleep.
            if (Volatile.Read(ref word.Value) >> NumberBits == seen || Volatile.Read(ref asleep[index].Value) == 0)
                wake[index].Wait();
            else Volatile.Write(ref asleep[index].Value, 0);
            spin = 0;
        }
        return now;
    }

    /// <summary>
    /// A thread's part of a job: its own pieces, then those of the others. An exception is kept if it is the job's
    /// first: the caller throws it.
    /// </summary>
    void Do(int thread)
    {
        Action<int, int> body = job;
        try
        {
            for (int other = 0; other < Threads; other++)
            {
                int owner = thread + other < Threads ? thread + other : thread + other - Threads;
                int end = Share(pieces, owner).To;
                while (failure is null && Volatile.Read(ref next[owner].Value) < end)
                {
                    long piece = Interlocked.Increment(ref next[owner].Value) - 1;
                    if (piece < end) body((int)piece, thread);
                }
            }
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref failure, exception, null);
        }
    }
}
