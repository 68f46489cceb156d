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
            Wait(() => Scatter((T*)source, (T*)target, parts));
        }
    }

    /// <inheritdoc/>
    public void AllReduceSum<T>(Span<T> values) where T : unmanaged, INumberBase<T>
    {
        int count = values.Length;
        fixed (T* at = values)
        {
            nint address = (nint)at;
            Wait(() => Sum((T*)address, count));
        }
    }

    /// <inheritdoc/>
    public PendingSum BeginAllReduceSum(float[] values) => Begin(() =>
    {
        fixed (float* at = values) Sum(at, values.Length);
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
            Piece piece = new((nint)at, bytes);
            Wait(() =>
            {
                Piece[] send = new Piece[Size], receive = new Piece[Size];
                if (Rank == root) Array.Fill(send, piece);
                else receive[root] = piece;
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
    /// Sends each rank its piece and receives one from each; this rank's own are not looked at. Returns when all have
    /// gone and come.
    /// </summary>
    private protected abstract void Exchange(Piece[] send, Piece[] receive);

    void Swap(Piece[] send, Piece[] receive)
    {
        long bytes = 0;
        for (int rank = 0; rank < Size; rank++)
            if (rank != Rank) bytes += send[rank].Bytes;
        Interlocked.Add(ref sent, bytes);
        Exchange(send, receive);
    }

    void Gather<T>(T* own, T* all, int[] counts) where T : unmanaged
    {
        Piece[] send = new Piece[Size], receive = new Piece[Size];
        long at = 0;
        for (int rank = 0; rank < Size; at += counts[rank++])
        {
            send[rank] = new((nint)own, (long)counts[Rank] * sizeof(T));
            receive[rank] = new((nint)(all + at), (long)counts[rank] * sizeof(T));
            if (rank == Rank && own != all + at)
                Buffer.MemoryCopy(own, all + at, receive[rank].Bytes, receive[rank].Bytes);
        }
        Swap(send, receive);
    }

    void Scatter<T>(T* all, T* own, int[] counts) where T : unmanaged, INumberBase<T>
    {
        long count = counts[Rank], bytes = count * sizeof(T);
        int words = checked((int)((bytes * Size + sizeof(long) - 1) / sizeof(long)));
        if (scratch is null || scratch.Length < words) scratch = GC.AllocateUninitializedArray<long>(words);
        fixed (long* start = scratch)
        {
            byte* parts = (byte*)start;
            Piece[] send = new Piece[Size], receive = new Piece[Size];
            T* mine = all;
            long at = 0;
            for (int rank = 0; rank < Size; at += counts[rank++])
            {
                send[rank] = new((nint)(all + at), (long)counts[rank] * sizeof(T));
                receive[rank] = new((nint)(parts + rank * bytes), bytes);
                if (rank == Rank) mine = all + at;
            }
            Swap(send, receive);
            // Written where nothing is read any more: own may be this rank's part of all.
            Buffer.MemoryCopy(mine, parts + Rank * bytes, bytes, bytes);
            Buffer.MemoryCopy(parts, own, bytes, bytes);
            for (int rank = 1; rank < Size; rank++) Add(own, (T*)(parts + rank * bytes), count);
        }
    }

    void Sum<T>(T* values, int count) where T : unmanaged, INumberBase<T>
    {
        if (Size == 1) return;
        if ((long)count * sizeof(T) <= ShortSum)
        {
            T[] all = new T[count * Size];
            fixed (T* gathered = all)
            {
                Gather(values, gathered, Equal(count));
                new Span<T>(gathered, count).CopyTo(new Span<T>(values, count));
                for (int rank = 1; rank < Size; rank++) Add(values, gathered + rank * count, count);
            }
            return;
        }
        int[] parts = Shares.Counts(count, Size);
        T* own = values + Shares.First(count, Rank, Size);
        Scatter(values, own, parts);
        Gather(own, values, parts);
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
