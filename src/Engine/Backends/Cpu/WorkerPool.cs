using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Backends.Cpu.SmallConvolution;

namespace TripletGpu.Backends.Cpu;

/// <summary>
/// The threads of the CPU backend. A job is handed over through a ticket that idle workers spin on for a moment (about
/// 100 ns, where <c>Parallel.For</c> costs several microseconds); then they sleep. One caller at a time.
/// </summary>
public sealed class WorkerPool : IDisposable
{
    // About 50 microseconds: longer than the gap between two operations of a step, short enough to leave the
    // core to others.
    const int SpinsBeforeSleep = 2_000;

    readonly Thread[] workers;
    readonly SemaphoreSlim[] wake;
    readonly Slot[] slots;
    Action<int> job = _ => { };
    volatile Exception? failure;
    volatile int ticket, arrived, phase;
    volatile bool isClosing;

    /// <summary>A worker's state, on cache lines of its own: two, because processors fetch them in pairs.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    struct Slot
    {
        public volatile int Done;
        public volatile bool IsAsleep;
    }

    /// <param name="threads">Threads in all, the caller's included; at least 1.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        Threads = threads;
        workers = new Thread[threads - 1];
        wake = new SemaphoreSlim[threads - 1];
        slots = new Slot[threads - 1];
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
    /// Runs <paramref name="body"/> once on every thread, with the thread's number, and waits for all. What it throws
    /// first on any of them is thrown here; threads that wait at a <see cref="Barrier"/> then leave the job too.
    /// </summary>
    public void Run(Action<int> body)
    {
        if (workers.Length == 0)
        {
            body(0);
            return;
        }
        job = body;
        (failure, arrived) = (null, 0); // a job that failed may have left some at the barrier
        int mine = Interlocked.Increment(ref ticket);
        for (int i = 0; i < slots.Length; i++)
            if (slots[i].IsAsleep)
            {
                slots[i].IsAsleep = false;
                wake[i].Release();
            }
        Do(body, 0);
        for (int i = 0; i < slots.Length; i++) WaitFor(ref slots[i], mine);
        if (failure is { } first) ExceptionDispatchInfo.Throw(first);
    }

    /// <summary>
    /// Splits 0 .. count - 1 into one even range a thread. Work below <paramref name="atLeast"/> items stays on the
    /// caller's thread: waking others would cost more.
    /// </summary>
    public void For(int count, int atLeast, Action<int, int> range)
    {
        if (count <= 0) return;
        if (Threads == 1 || count < atLeast) range(0, count);
        else Run(thread =>
        {
            (int from, int to) = Share(count, thread);
            if (from < to) range(from, to);
        });
    }

    /// <summary>Calls <paramref name="body"/> for 0 .. count - 1, each claimed by whichever thread is free.</summary>
    public void ForEach(int count, Action<int> body)
    {
        if (Threads == 1 || count <= 1)
        {
            for (int i = 0; i < count; i++) body(i);
            return;
        }
        int next = 0;
        Run(_ =>
        {
            for (int i; (i = Interlocked.Increment(ref next) - 1) < count;) body(i);
        });
    }

    /// <summary>All threads of a running job meet here.</summary>
    public void Barrier()
    {
        if (Threads == 1) return;
        int now = phase;
        if (Interlocked.Increment(ref arrived) == Threads)
        {
            arrived = 0;
            phase = now + 1;
        }
        else
        {
            SpinWait spin = default;
            while (phase == now)
            {
                if (failure is not null) throw new OperationCanceledException("another thread of the job failed");
                spin.SpinOnce(sleep1Threshold: -1);
            }
        }
    }

    /// <summary>The even part of 0 .. n that belongs to <paramref name="thread"/>.</summary>
    public (int From, int To) Share(int n, int thread) =>
        ((int)((long)n * thread / Threads), (int)((long)n * (thread + 1) / Threads));

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        if (isClosing) return;
        isClosing = true;
        Interlocked.Increment(ref ticket);
        foreach (SemaphoreSlim semaphore in wake) semaphore.Release();
        foreach (Thread worker in workers) worker.Join();
    }

    static void WaitFor(ref Slot slot, int ticket)
    {
        for (int spin = 0; slot.Done != ticket; spin++)
        {
            if (spin < SpinsBeforeSleep) Thread.SpinWait(1);
            else Thread.Yield(); // another process has the worker's core: let it run there
        }
    }

    void Work(int index)
    {
        ref Slot slot = ref slots[index];
        for (int seen = 0; ;)
        {
            for (int spin = 0; ticket == seen; spin++)
            {
                if (spin < SpinsBeforeSleep)
                {
                    Thread.SpinWait(1);
                    continue;
                }
                slot.IsAsleep = true;
                Interlocked.MemoryBarrier();
                // A job may have come between the look and the sleep; then the waker has, or has not, seen us asleep.
                if (ticket == seen || !slot.IsAsleep) wake[index].Wait();
                else slot.IsAsleep = false;
                spin = 0;
            }
            if (isClosing) return;
            seen = ticket;
            Do(job, index + 1);
            slot.Done = seen;
        }
    }

    /// <summary>
    /// A thread's part of a job. Its exception is kept if it is the job's first: the caller throws it.
    /// </summary>
    void Do(Action<int> body, int thread)
    {
        try
        {
            body(thread);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref failure, exception, null);
        }
    }
}
