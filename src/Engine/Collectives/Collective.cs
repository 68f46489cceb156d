using System.Buffers;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;

namespace TripletGpu.Collectives;

/// <summary>
/// The operations of <see cref="ICollective"/>, built from one: an exchange of pieces between all pairs of ranks. An
/// all-reduce of n bytes over R ranks is a reduce-scatter and an all-gather, and sends 2 (R - 1) / R n bytes; a short
/// one is gathered whole and summed by everybody, (R - 1) n bytes in one round. Both add in the order of ranks.
/// </summary>
public abstract unsafe class Collective : ICollective
{
    /// <summary>Sums of at most so many bytes are gathered: a round less, where latency is all that counts.</summary>
    public const int ShortSum = 16 * 1024;

    // Kept: a thread's sums come one at a time, and fresh memory costs as much time as they do.
    [ThreadStatic]
    static long[]? scratch;

    long sent, waited;

    /// <inheritdoc/>
    public abstract int Rank { get; }

    /// <inheritdoc/>
    public abstract int Size { get; }

    /// <inheritdoc/>
    public long BytesSent => Interlocked.Read(ref sent);

    /// <inheritdoc/>
    public double WaitedSeconds => (double)Interlocked.Read(ref waited) / Stopwatch.Frequency;

    /// <inheritdoc/>
    public void AllGather<T>(ReadOnlySpan<T> own, Span<T> all, ReadOnlySpan<int> counts) where T : unmanaged
    {
        CheckParts(all.Length, own.Length, counts);
        int[] parts = counts.ToArray();
        fixed (T* from = own, to = all)
        {
            nint source = (nint)from, target = (nint)to;
            Wait(() => Gather((T*)source, (T*)target, parts));
        }
    }

    /// <inheritdoc/>
    public void ReduceScatter<T>(ReadOnlySpan<T> all, Span<T> own, ReadOnlySpan<int> counts)
        where T : unmanaged, INumberBase<T>
    {
        CheckParts(all.Length, own.Length, counts);
        int[] parts = counts.ToArray();
        fixed (T* from = all, to = own)
        {
            nint source = (nint)from, target = (nint)to;
            Wait(() => Scatter<T>(new Parts(source, target, parts)));
        }
    }

    /// <inheritdoc/>
    public void AllReduceSum<T>(Span<T> values) where T : unmanaged, INumberBase<T>
    {
        int count = values.Length;
        fixed (T* at = values)
        {
            nint address = (nint)at;
            Wait(() => Sum<T>((address, count)));
        }
    }

    /// <inheritdoc/>
    public PendingSum BeginAllReduceSum(params Memory<float>[] values) => Begin(() =>
    {
        MemoryHandle[] pinned = Array.ConvertAll(values, array => array.Pin());
        try
        {
            Sum<float>([.. values.Select((array, i) => ((nint)pinned[i].Pointer, array.Length))]);
        }
        finally
        {
            foreach (MemoryHandle handle in pinned) handle.Dispose();
        }
    });

    /// <inheritdoc/>
    public void AllReduceMax<T>(Span<T> values) where T : unmanaged, IBinaryInteger<T>
    {
        int count = values.Length;
        T[] all = new T[count * Size];
        AllGather(values, all, Equal(count));
        for (int rank = 0; rank < Size; rank++)
            for (int i = 0; i < count; i++) values[i] = T.Max(values[i], all[rank * count + i]);
    }

    /// <inheritdoc/>
    public void Broadcast<T>(Span<T> values, int root = 0) where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)root, (uint)Size);
        long bytes = (long)values.Length * sizeof(T);
        fixed (T* at = values)
        {
            nint address = (nint)at;
            Wait(() =>
            {
                List<Piece> send = [], receive = [];
                if (Rank != root) receive.Add(new(root, address, bytes));
                else
                    for (int rank = 0; rank < Size; rank++)
                        if (rank != root) send.Add(new(rank, address, bytes));
                Swap(send, receive);
            });
        }
    }

    /// <inheritdoc/>
    public void Barrier()
    {
        byte[] all = new byte[Size];
        AllGather<byte>([1], all, Equal(1));
    }

    /// <inheritdoc/>
    public abstract void Abort(int code);

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>The same number for every rank.</summary>
    protected int[] Equal(int count)
    {
        int[] counts = new int[Size];
        Array.Fill(counts, count);
        return counts;
    }

    /// <summary>The same without waiting, where that is possible.</summary>
    protected virtual PendingSum Begin(Action work)
    {
        Wait(work);
        return new PendingSum(this, isDone: true);
    }

    /// <summary>Does what others have a part in, and counts its time.</summary>
    internal void Wait(Action work)
    {
        long began = Stopwatch.GetTimestamp();
        work();
        Interlocked.Add(ref waited, Stopwatch.GetTimestamp() - began);
    }

    /// <summary>
    /// Sends pieces to other ranks and receives theirs; what goes from one rank to another comes in its order. Returns
    /// when all have gone and come.
    /// </summary>
    private protected abstract void Exchange(List<Piece> send, List<Piece> receive);

    /// <summary>An array of which each rank has a part.</summary>
    /// <param name="All">Its address.</param>
    /// <param name="Own">Where this rank's sums go: its part of the array, or elsewhere.</param>
    /// <param name="Counts">The length of each rank's part.</param>
    readonly record struct Parts(nint All, nint Own, int[] Counts);

    void Swap(List<Piece> send, List<Piece> receive)
    {
        Interlocked.Add(ref sent, send.Sum(piece => piece.Bytes));
        Exchange(send, receive);
    }

    void Gather<T>(T* own, T* all, int[] counts) where T : unmanaged
    {
        List<Piece> send = [], receive = [];
        AddGather(own, all, counts, send, receive);
        Swap(send, receive);
    }

    /// <summary>What <see cref="Gather"/> sends and receives; this rank's own part is put in its place.</summary>
    void AddGather<T>(T* own, T* all, int[] counts, List<Piece> send, List<Piece> receive) where T : unmanaged
    {
        long bytes = (long)counts[Rank] * sizeof(T), at = 0;
        for (int rank = 0; rank < Size; at += counts[rank++])
        {
            if (rank == Rank)
            {
                if (own != all + at) Buffer.MemoryCopy(own, all + at, bytes, bytes);
                continue;
            }
            send.Add(new(rank, (nint)own, bytes));
            receive.Add(new(rank, (nint)(all + at), (long)counts[rank] * sizeof(T)));
        }
    }

    /// <summary>Of each array every rank gets the sums of its part, all in one round.</summary>
    void Scatter<T>(params ReadOnlySpan<Parts> arrays) where T : unmanaged, INumberBase<T>
    {
        long bytes = 0;
        foreach (Parts array in arrays) bytes += (long)array.Counts[Rank] * sizeof(T) * Size;
        int words = checked((int)((bytes + sizeof(long) - 1) / sizeof(long)));
        if (scratch is null || scratch.Length < words) scratch = GC.AllocateUninitializedArray<long>(words);
        fixed (long* start = scratch)
        {
            List<Piece> send = [], receive = [];
            T* theirs = (T*)start;
            foreach (Parts array in arrays)
            {
                T* part = (T*)array.All;
                int own = array.Counts[Rank];
                for (int rank = 0; rank < Size; part += array.Counts[rank++], theirs += own)
                {
                    if (rank == Rank) continue;
                    send.Add(new(rank, (nint)part, (long)array.Counts[rank] * sizeof(T)));
                    receive.Add(new(rank, (nint)theirs, (long)own * sizeof(T)));
                }
            }
            Swap(send, receive);
            theirs = (T*)start;
            foreach (Parts array in arrays)
            {
                T* mine = (T*)array.All + array.Counts.Take(Rank).Sum();
                AddTheirs(mine, (T*)array.Own, theirs, array.Counts[Rank]);
                theirs += array.Counts[Rank] * Size;
            }
        }
    }

    /// <summary>The sums of a part, in the order of ranks: those before this one, its own, those behind it.</summary>
    void AddTheirs<T>(T* mine, T* sums, T* theirs, int count) where T : unmanaged, INumberBase<T>
    {
        // Where the sums belong this rank's part may stand already.
        if (sums != mine) Buffer.MemoryCopy(mine, sums, (long)count * sizeof(T), (long)count * sizeof(T));
        for (int rank = 1; rank < Rank; rank++) Add(theirs, theirs + (long)rank * count, count);
        if (Rank > 0) Add(sums, theirs, count);
        for (int rank = Rank + 1; rank < Size; rank++) Add(sums, theirs + (long)rank * count, count);
    }

    void Sum<T>(params ReadOnlySpan<(nint At, int Count)> arrays) where T : unmanaged, INumberBase<T>
    {
        if (Size == 1) return;
        if (arrays.Length == 1 && (long)arrays[0].Count * sizeof(T) <= ShortSum)
        {
            T* values = (T*)arrays[0].At;
            int count = arrays[0].Count;
            T[] all = new T[count * Size];
            fixed (T* gathered = all)
            {
                Gather(values, gathered, Equal(count));
                new Span<T>(gathered, count).CopyTo(new Span<T>(values, count));
                for (int rank = 1; rank < Size; rank++) Add(values, gathered + rank * count, count);
            }
            return;
        }
        Parts[] parts = new Parts[arrays.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            (nint at, int count) = arrays[i];
            parts[i] = new(at, (nint)((T*)at + Shares.First(count, Rank, Size)), Shares.Counts(count, Size));
        }
        Scatter<T>(parts);
        List<Piece> send = [], receive = [];
        foreach (Parts array in parts) AddGather((T*)array.Own, (T*)array.All, array.Counts, send, receive);
        Swap(send, receive);
    }

    static void Add<T>(T* to, T* from, long count) where T : unmanaged, INumberBase<T>
    {
        long i = 0;
        for (; i <= count - Vector<T>.Count; i += Vector<T>.Count)
            Vector.Store(Vector.Load(to + i) + Vector.Load(from + i), to + i);
        for (; i < count; i++) to[i] += from[i];
    }

    void CheckParts(int all, int own, ReadOnlySpan<int> counts)
    {
        if (counts.Length != Size) throw new ArgumentException($"{counts.Length} counts for {Size} ranks");
        long sum = 0;
        foreach (int count in counts) sum += count;
        if (sum != all || counts[Rank] != own)
            throw new ArgumentException(
                $"rank {Rank} has {own} of {all} values, but the counts say {counts[Rank]} of {sum}");
    }
}
