namespace TripletGpu.Collectives;

/// <summary>
/// Ranks that are threads of one process: the reference that other transports are compared with. Pieces are copied
/// between two meetings of all threads.
/// </summary>
public sealed class ThreadCollective : Collective
{
    readonly Group group;

    ThreadCollective(Group group, int rank) => (this.group, Rank) = (group, rank);

    /// <inheritdoc/>
    public override int Rank { get; }

    /// <inheritdoc/>
    public override int Size => group.Sent.Length;

    /// <summary>
    /// Runs <paramref name="work"/> once for each rank, each on a thread of its own, and waits for all. If one fails,
    /// the others' next meeting fails too, and the first failure is thrown.
    /// </summary>
    public static void Run(int size, Action<ICollective> work)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
        Group group = new(size);
        Exception? first = null;
        Thread[] threads = [.. Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            using ThreadCollective collective = new(group, rank);
            try
            {
                work(collective);
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref first, exception, null);
                group.Break($"rank {rank} failed: {exception.Message}");
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        if (first is not null) throw new AggregateException(first);
    }

    /// <inheritdoc/>
    public override void Abort(int code) => group.Break($"rank {Rank} has ended the run");

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    private protected override unsafe void Exchange(List<Piece> send, List<Piece> receive)
    {
        group.Sent[Rank] = send;
        group.Meet();
        int[] next = new int[Size];
        foreach (Piece to in receive)
        {
            List<Piece> theirs = group.Sent[to.Rank];
            int at = theirs.FindIndex(next[to.Rank], piece => piece.Rank == Rank);
            next[to.Rank] = at + 1;
            long bytes = at < 0 ? 0 : theirs[at].Bytes;
            if (bytes != to.Bytes)
                throw new CollectiveException($"rank {to.Rank} sent {bytes} bytes where rank {Rank} awaits {to.Bytes}");
            Buffer.MemoryCopy((void*)theirs[at].Address, (void*)to.Address, to.Bytes, bytes);
        }
        group.Meet();
    }

    sealed class Group(int size)
    {
        int waiting, meeting;
        string? broken;

        public List<Piece>[] Sent { get; } = new List<Piece>[size];

        public void Meet()
        {
            lock (Sent)
            {
                Check();
                int now = meeting;
                if (++waiting == size)
                {
                    (waiting, meeting) = (0, now + 1);
                    Monitor.PulseAll(Sent);
                }
                while (meeting == now)
                {
                    Monitor.Wait(Sent);
                    if (meeting == now) Check();
                }
            }
        }

        public void Break(string reason)
        {
            lock (Sent)
            {
                broken ??= reason;
                Monitor.PulseAll(Sent);
            }
        }

        void Check()
        {
            if (broken is not null) throw new CollectiveException(broken);
        }
    }
}
