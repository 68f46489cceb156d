using System.Numerics;

namespace TripletGpu.Collectives;

/// <summary>
/// What the processes (or threads) that train together tell each other. Every rank calls the same methods in the same
/// order. Sums are taken in the order of ranks, element by element, so that they repeat bit for bit with the same
/// number of ranks, and every rank gets the same bits.
/// </summary>
public interface ICollective : IDisposable
{
    /// <summary>Who this is, from 0.</summary>
    int Rank { get; }

    /// <summary>How many there are.</summary>
    int Size { get; }

    /// <summary>The bytes of data that this rank has sent to others so far, without those of the transport.</summary>
    long BytesSent { get; }

    /// <summary>The seconds that callers have waited for others and for what they sent.</summary>
    double WaitedSeconds { get; }

    /// <summary>Puts the values of all ranks one after the other, in the order of ranks.</summary>
    /// <param name="own">This rank's <c>counts[Rank]</c> values.</param>
    /// <param name="all">Overwritten: the sum of <paramref name="counts"/> values.</param>
    /// <param name="counts">How many values each rank has; the same on every rank.</param>
    void AllGather<T>(ReadOnlySpan<T> own, Span<T> all, ReadOnlySpan<int> counts) where T : unmanaged;

    /// <summary>Sums the ranks' arrays and gives each rank its part of the sum.</summary>
    /// <param name="all">Values for all ranks, one part after the other.</param>
    /// <param name="own">Overwritten: <c>counts[Rank]</c> sums.</param>
    /// <param name="counts">The length of each rank's part; the same on every rank.</param>
    void ReduceScatter<T>(ReadOnlySpan<T> all, Span<T> own, ReadOnlySpan<int> counts)
        where T : unmanaged, INumberBase<T>;

    /// <summary>Replaces the values by their sums over all ranks.</summary>
    void AllReduceSum<T>(Span<T> values) where T : unmanaged, INumberBase<T>;

    /// <summary>
    /// Begins <see cref="AllReduceSum"/> of several arrays at a time and returns; the values are the collective's until
    /// <see cref="PendingSum.Wait"/>. Where the transport has a thread of its own, the caller computes meanwhile.
    /// </summary>
    PendingSum BeginAllReduceSum(params Memory<float>[] values);

    /// <summary>
    /// Replaces whole numbers by their maxima over all ranks. Not for floats: with a NaN among them an MPI gives each
    /// rank another maximum, and ranks that decide by it part ways.
    /// </summary>
    void AllReduceMax<T>(Span<T> values) where T : unmanaged, IBinaryInteger<T>;

    /// <summary>Gives every rank the values of <paramref name="root"/>.</summary>
    void Broadcast<T>(Span<T> values, int root = 0) where T : unmanaged;

    /// <summary>Waits until every rank has come here.</summary>
    void Barrier();

    /// <summary>
    /// Ends all ranks: under MPI their processes, this one's included; elsewhere what others wait for throws.
    /// </summary>
    /// <param name="code">The exit code, not 0.</param>
    void Abort(int code);
}
