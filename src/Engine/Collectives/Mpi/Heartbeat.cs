using System.Diagnostics;

namespace TripletGpu.Collectives.Mpi;

/// <summary>
/// A byte a second between rank 0 and each other rank, whatever the ranks are busy with. A rank whose process stands
/// still, or whose machine has gone, falls silent, and the ranks that watch it end the run instead of waiting for ever.
/// </summary>
sealed unsafe class Heartbeat
{
    const int Tag = 2;

    /// <summary>Silence that means a rank is gone.</summary>
    const double MostSilentSeconds = 12;

    readonly MpiChannel channel;
    readonly MpiLibrary library;
    readonly Peer[] peers;
    readonly byte[] bytes = GC.AllocateArray<byte>(2, pinned: true);
    long lastBeat = Stopwatch.GetTimestamp();
    bool isQuiet;

    public Heartbeat(MpiChannel channel, MpiLibrary library)
    {
        (this.channel, this.library) = (channel, library);
        int[] watched = channel.Rank == 0 ? [.. Enumerable.Range(1, channel.Size - 1)] : [0];
        peers = [.. watched.Select(rank => new Peer(rank))];
        foreach (Peer peer in peers) Listen(peer);
    }

    sealed class Peer(int rank)
    {
        public nint Sending, Receiving;
        public bool IsSending;
        public long Spoken, Heard;

        public int Rank => rank;

        public long HeardAt { get; set; } = Stopwatch.GetTimestamp();
    }

    /// <summary>Sends, listens and judges.</summary>
    /// <exception cref="CollectiveException">A rank is silent.</exception>
    public void Beat()
    {
        long now = Stopwatch.GetTimestamp();
        // Who has stood still itself (a stopped job that goes on) knows nothing of the others.
        bool isFresh = Stopwatch.GetElapsedTime(lastBeat, now).TotalSeconds > MostSilentSeconds / 3;
        lastBeat = now;
        foreach (Peer peer in peers)
        {
            if (isFresh) peer.HeardAt = now;
            Hear(peer, now);
            if (!isQuiet && (!peer.IsSending || channel.IsDone(ref peer.Sending))) Speak(peer);
            double silent = Stopwatch.GetElapsedTime(peer.HeardAt, now).TotalSeconds;
            if (silent > MostSilentSeconds)
                throw new CollectiveException(
                    $"rank {peer.Rank} has not been heard of for {silent:0} s: its process stands still or its machine"
                    + " has gone");
        }
    }

    /// <summary>Says nothing any more, and counts how often it has spoken to each rank.</summary>
    public void BeQuiet(Span<long> spoken)
    {
        isQuiet = true;
        foreach (Peer peer in peers) spoken[peer.Rank] = peer.Spoken;
    }

    /// <summary>Hears what is still under way; whether all has come that each rank says it has spoken.</summary>
    public bool HasHeard(ReadOnlySpan<long> spoken)
    {
        bool isAll = true;
        foreach (Peer peer in peers)
        {
            Hear(peer, Stopwatch.GetTimestamp());
            isAll &= peer.Heard >= spoken[peer.Rank];
        }
        return isAll;
    }

    /// <summary>Takes back what is still awaited, before MPI ends.</summary>
    public void Stop()
    {
        foreach (Peer peer in peers)
            fixed (nint* request = &peer.Receiving)
            {
                channel.Check(MpiFunctions.Cancel(request));
                channel.Check(MpiFunctions.Free(request));
            }
    }

    void Hear(Peer peer, long now)
    {
        while (channel.IsDone(ref peer.Receiving))
        {
            peer.HeardAt = now;
            peer.Heard++;
            Listen(peer);
        }
    }

    void Speak(Peer peer)
    {
        peer.IsSending = true;
        peer.Spoken++;
        fixed (byte* at = bytes)
        fixed (nint* request = &peer.Sending)
            channel.Check(MpiFunctions.Send(at, 1, library.Byte, peer.Rank, Tag, library.World, request));
    }

    void Listen(Peer peer)
    {
        fixed (byte* at = bytes)
        fixed (nint* request = &peer.Receiving)
            channel.Check(MpiFunctions.Receive(at + 1, 1, library.Byte, peer.Rank, Tag, library.World, request));
    }
}
