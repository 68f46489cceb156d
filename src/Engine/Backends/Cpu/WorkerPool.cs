namespace TripletGpu.Backends.Cpu;

/// <summary>
/// The threads of the CPU backend. A job is some pieces, handed over through a word that idle workers spin on for a
/// moment (about 100 ns, where <c>Parallel.For</c> costs several microseconds); then they sleep. A thread that wakes
/// late, or whose core another program has taken, holds up no more than the piece that it is at.
/// <para>
/// A piece of <see cref="ForEachBranch"/> may share pieces of its own: threads that find no branch left help with
/// those. One caller at a time.
/// </para>
/// </summary>
public sealed class WorkerPool : IDisposable
{
    // About 50 microseconds: longer than the gap between two operations of a step, short enough to leave the
    // core to others.
    const int SpinsBeforeSleep = 2_000;

    // Pieces of a thread's even share: what one piece costs is some 50 ns.
    const int PiecesOfAShare = 4;

    // The branch that this thread is at.
    [ThreadStatic]
    static WorkerPool? branchPool;
    [ThreadStatic]
    static int branchThread;
    [ThreadStatic]
    static int branchSharers;

    readonly Thread[] workers;
    readonly SemaphoreSlim[] wake;
    readonly WorkerJob.Line[] asleep;
    readonly WorkerJob outer;
    readonly WorkerJob[] inner;
    readonly Seen callers;
    volatile bool isClosing;
    WorkerJob.Line innerOpened;

    /// <summary>The jobs that a thread has been at, or has found closed.</summary>
    sealed class Seen(int threads)
    {
        public long Outer { get; set; }

        /// <summary>The count of inner jobs opened when a look through them found none.</summary>
        public long Opened { get; set; }

        public long[] Inner { get; } = new long[threads];
    }

    /// <param name="threads">Threads in all, the caller's included; at least 1.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        Threads = threads;
        workers = new Thread[threads - 1];
        wake = new SemaphoreSlim[threads - 1];
        asleep = new WorkerJob.Line[threads - 1];
        (outer, callers) = (new WorkerJob(threads), new Seen(threads));
        inner = [.. Enumerable.Range(0, threads).Select(_ => new WorkerJob(threads))];
        for (int i = 0; i < workers.Length; i++)
        {
            int thread = i + 1;
            wake[i] = new SemaphoreSlim(0);
            workers[i] = new Thread(() => Work(thread)) { IsBackground = true, Name = $"compute {thread}" };
        }
        foreach (Thread worker in workers) worker.Start();
    }

    /// <summary>Threads in all, the caller's included.</summary>
    public int Threads { get; }

    /// <summary>The number of the thread that calls this from a branch; 0 outside of branches.</summary>
    internal int BranchThread => branchPool == this ? branchThread : 0;

    /// <summary>Whether a branch calls this.</summary>
    internal bool IsInBranch => branchPool == this;

    /// <summary>
    /// The threads that an operation should be split for: all, or in a part of <see cref="ForEachPart"/> its own, which
    /// the others only help once they have done theirs.
    /// </summary>
    internal int Sharers => branchPool == this ? branchSharers : Threads;

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
        int parts = Math.Min(count, Sharers * PiecesOfAShare);
        ForEach(parts, (part, _) => range((int)((long)count * part / parts), (int)((long)count * (part + 1) / parts)));
    }

    /// <summary>
    /// Calls <paramref name="body"/> for 0 .. count - 1, each once, with the number of the thread that does it, and
    /// waits for all. What one of them throws first is thrown here; pieces that nobody has begun are then left out.
    /// </summary>
    public void ForEach(int count, Action<int, int> body)
    {
        int thread = BranchThread;
        if (Threads == 1 || count <= 1)
        {
            for (int i = 0; i < count; i++) body(i, thread);
            return;
        }
        bool isInner = branchPool == this;
        WorkerJob job = isInner ? inner[thread] : outer;
        job.Open(count, body);
        if (isInner) Interlocked.Increment(ref innerOpened.Value);
        for (int i = 0; i < Math.Min(asleep.Length, count - 1); i++)
            if (Volatile.Read(ref asleep[i].Value) != 0 && Interlocked.Exchange(ref asleep[i].Value, 0) != 0)
                wake[i].Release();
        job.Do(thread);
        job.Close();
        WaitForHelpers(job);
        job.End();
    }

    /// <summary>
    /// Calls <paramref name="body"/> for 0 .. count - 1, each once, and waits for all. Threads take them in this order:
    /// the longest should come first. A body may call the other methods: threads that are idle then help with its
    /// pieces.
    /// </summary>
    internal void ForEachBranch(int count, Action<int> body)
    {
        int taken = 0;
        ForEach(count, (_, thread) => InBranch(thread, Threads, Interlocked.Increment(ref taken) - 1, body));
    }

    /// <summary>
    /// As <see cref="ForEachBranch"/> for 0 .. <see cref="Threads"/> - 1, each as a rule on the thread of that number:
    /// what it wrote in one call lies in its caches for the next.
    /// </summary>
    internal void ForEachPart(Action<int> body) => ForEach(Threads, (part, thread) => InBranch(thread, 1, part, body));

    void InBranch(int thread, int sharers, int branch, Action<int> body)
    {
        (branchPool, branchThread, branchSharers) = (this, thread, sharers);
        try
        {
            body(branch);
        }
        finally
        {
            branchPool = null;
        }
    }

    /// <summary>The even part of 0 .. n that belongs to <paramref name="thread"/>.</summary>
    public (int From, int To) Share(int n, int thread) => outer.Share(n, thread);

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        if (isClosing) return;
        isClosing = true;
        foreach (SemaphoreSlim semaphore in wake) semaphore.Release();
        foreach (Thread worker in workers) worker.Join();
    }

    /// <summary>
    /// A worker that is at its last piece is soon done. If not, its core has been taken: the caller sleeps, so that the
    /// worker can have this one. One that is at a branch may share pieces of it: the caller helps.
    /// </summary>
    void WaitForHelpers(WorkerJob job)
    {
        for (int spin = 0; job.HasHelpers; spin++)
        {
            if (job == outer && FindInner(callers) is { } branch)
            {
                Help(branch, 0);
                spin = 0;
            }
            else if (spin < SpinsBeforeSleep) Thread.SpinWait(1);
            else
            {
                job.Sleep();
                spin = 0;
            }
        }
    }

    static void Help(WorkerJob job, int thread)
    {
        job.Do(thread);
        job.Leave();
    }

    void Work(int thread)
    {
        for (Seen seen = new(Threads); WaitForJob(thread - 1, seen) is { } job;) Help(job, thread);
    }

    /// <summary>The next job, joined; null where the pool ends.</summary>
    WorkerJob? WaitForJob(int index, Seen seen)
    {
        for (int spin = 0; !isClosing; spin++)
        {
            if (outer.Number is var number && number != seen.Outer)
            {
                seen.Outer = number;
                if (outer.Join(number)) return outer;
            }
            if (FindInner(seen) is { } branch) return branch;
            if (spin < SpinsBeforeSleep)
            {
                Thread.SpinWait(1);
                continue;
            }
            Volatile.Write(ref asleep[index].Value, 1);
            Interlocked.MemoryBarrier();
            // A job may have come between the look and the sleep; then the waker has, or has not, seen us asleep.
            bool isIdle = outer.Number == seen.Outer && Volatile.Read(ref innerOpened.Value) == seen.Opened
                && !isClosing;
            if (isIdle || Interlocked.Exchange(ref asleep[index].Value, 0) == 0) wake[index].Wait();
            spin = 0;
        }
        return null;
    }

    /// <summary>A branch's job that this thread has not been at, joined; null where none has pieces left.</summary>
    WorkerJob? FindInner(Seen seen)
    {
        long opened = Volatile.Read(ref innerOpened.Value);
        if (opened == seen.Opened) return null;
        for (int i = 0; i < inner.Length; i++)
        {
            long number = inner[i].Number;
            if (number == seen.Inner[i]) continue;
            seen.Inner[i] = number;
            if (inner[i].Join(number)) return inner[i];
        }
        seen.Opened = opened;
        return null;
    }
}
