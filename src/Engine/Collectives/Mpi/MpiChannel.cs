using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace TripletGpu.Collectives.Mpi;

/// <summary>
/// Messages between ranks. One thread calls MPI at a time, and none waits inside it: who waits tests what is under
/// way, sees to the heartbeat in between, and leaves the core to others when nothing comes for a while.
/// </summary>
sealed unsafe class MpiChannel
{
    /// <summary>How often ranks tell each other that they live.</summary>
    public const int BeatMilliseconds = 1000;

    /// <summary>Tags of messages that somebody waits for, and of those that go on beside the work.</summary>
    public const int NowTag = 1, LaterTag = 3;

    const int MostBytes = 1 << 30, StatusBytes = 64;
    const int PatientMilliseconds = 1;
    const double SpinSeconds = 0.001, LongestBeatSeconds = 5;

    readonly MpiLibrary library;
    readonly byte[] status = GC.AllocateArray<byte>(StatusBytes, pinned: true);
    readonly Lock gate = new();
    readonly Heartbeat heartbeat;
    long lastBeat = Stopwatch.GetTimestamp();
    volatile int abortCode;

    MpiChannel(MpiLibrary library)
    {
        this.library = library;
        Check(MpiFunctions.CommRank(library.World, out int rank));
        Check(MpiFunctions.CommSize(library.World, out int size));
        (Rank, Size) = (rank, size);
        byte* text = stackalloc byte[8192];
        Check(MpiFunctions.LibraryVersion(text, out int length));
        string version = Encoding.UTF8.GetString(text, length);
        Version = version.Split('\n', ',')[0].Replace("\t", "", StringComparison.Ordinal).Trim();
        heartbeat = new Heartbeat(this, library);
    }

    /// <summary>Who this is.</summary>
    public int Rank { get; }

    /// <summary>How many there are.</summary>
    public int Size { get; }

    /// <summary>The implementation's own words.</summary>
    public string Version { get; }

    /// <summary>Starts MPI.</summary>
    public static MpiChannel Open(MpiLibrary library)
    {
        MpiFunctions.Use(library);
        int code = MpiFunctions.InitThread(null, null, library.Serialized, out int provided);
        if (code != 0) throw new CollectiveException($"MPI_Init of {library.Name} failed with code {code}");
        if (provided < library.Serialized)
            throw new CollectiveException($"{library.Name} takes calls of one thread alone (level {provided})");
        // Errors come back as codes: by default MPI ends the process without a word of ours.
        code = MpiFunctions.SetErrorHandler(library.World, library.ErrorsReturn);
        return code == 0 ? new MpiChannel(library)
            : throw new CollectiveException($"MPI_Comm_set_errhandler of {library.Name} failed with code {code}");
    }

    /// <summary>From another thread: ends all ranks at the next occasion.</summary>
    public void RequestAbort(int code) => abortCode = code;

    /// <summary>Once a second: tells the others that this rank lives, and sees whether they do.</summary>
    /// <exception cref="CollectiveException">One has not been heard of for too long.</exception>
    public void KeepAlive()
    {
        lock (gate)
        {
            if (abortCode != 0) _ = MpiFunctions.Abort(library.World, abortCode);
            if (Stopwatch.GetElapsedTime(lastBeat).TotalMilliseconds < BeatMilliseconds) return;
            lastBeat = Stopwatch.GetTimestamp();
            heartbeat.Beat();
        }
    }

    /// <summary>See <see cref="Collective.Exchange"/>. Exchanges of two tags may be under way at a time.</summary>
    /// <param name="send">What others get.</param>
    /// <param name="receive">Where what they send goes.</param>
    /// <param name="tag">The same on every rank.</param>
    /// <param name="hurry">
    /// Not set: the core is left to others between two looks. Null: somebody waits for this.
    /// </param>
    public void Exchange(List<Piece> send, List<Piece> receive, int tag, ManualResetEventSlim? hurry = null)
    {
        List<nint> requests = new(send.Count + receive.Count);
        lock (gate)
        {
            for (int step = 1; step < Size; step++)
            {
                // Everybody begins with its neighbour, so that no rank is everybody's first.
                int from = (Rank + Size - step) % Size;
                foreach (Piece piece in receive)
                    if (piece.Rank == from) Post(piece, tag, isSend: false, requests);
            }
            for (int step = 1; step < Size; step++)
            {
                int to = (Rank + step) % Size;
                foreach (Piece piece in send)
                    if (piece.Rank == to) Post(piece, tag, isSend: true, requests);
            }
        }
        long since = Stopwatch.GetTimestamp();
        while (true)
        {
            lock (gate)
                if (TestAll(requests)) since = Stopwatch.GetTimestamp();
            if (requests.Count == 0) break;
            KeepAlive();
            if (hurry is { IsSet: false }) hurry.Wait(PatientMilliseconds);
            else if (Stopwatch.GetElapsedTime(since).TotalSeconds < SpinSeconds) Thread.Yield();
            else Thread.Sleep(1);
        }
    }

    /// <summary>Ends MPI; every rank does so.</summary>
    public void Close()
    {
        HearAll();
        heartbeat.Stop();
        Check(MpiFunctions.Finish());
    }

    /// <summary>
    /// Receives every beat that was sent: of one that nobody awaits when MPI ends, UCX writes a warning to standard
    /// output, into what others read.
    /// </summary>
    void HearAll()
    {
        long[] own = GC.AllocateArray<long>(Size, pinned: true), told = GC.AllocateArray<long>(Size, pinned: true);
        heartbeat.BeQuiet(own);
        fixed (long* mine = own, theirs = told)
        {
            List<Piece> send = [], receive = [];
            for (int rank = 0; rank < Size; rank++)
            {
                if (rank == Rank) continue;
                send.Add(new(rank, (nint)(mine + rank), sizeof(long)));
                receive.Add(new(rank, (nint)(theirs + rank), sizeof(long)));
            }
            Exchange(send, receive, LaterTag);
        }
        long began = Stopwatch.GetTimestamp();
        while (!heartbeat.HasHeard(told) && Stopwatch.GetElapsedTime(began).TotalSeconds < LongestBeatSeconds)
            Thread.Sleep(1);
    }

    /// <summary>Throws what an error code means.</summary>
    public void Check(int code)
    {
        if (code == 0) return;
        byte* text = stackalloc byte[1024];
        string reason = MpiFunctions.ErrorString(code, text, out int length) == 0
            ? Encoding.UTF8.GetString(text, length) : "";
        throw new CollectiveException($"MPI reports error {code}: {reason.ReplaceLineEndings(" ")}");
    }

    /// <summary>Whether a request is over; it is then freed.</summary>
    public bool IsDone(ref nint request)
    {
        fixed (nint* at = &request)
        fixed (byte* into = status)
        {
            Check(MpiFunctions.Test(at, out int isDone, into));
            return isDone != 0;
        }
    }

    void Post(Piece piece, int tag, bool isSend, List<nint> requests)
    {
        for (long at = 0; at < piece.Bytes; at += MostBytes)
        {
            nint request = 0;
            int count = (int)Math.Min(MostBytes, piece.Bytes - at);
            void* address = (byte*)piece.Address + at;
            Check(isSend
                ? MpiFunctions.Send(address, count, library.Byte, piece.Rank, tag, library.World, &request)
                : MpiFunctions.Receive(address, count, library.Byte, piece.Rank, tag, library.World, &request));
            requests.Add(request);
        }
    }

    /// <summary>Takes away what is over; returns whether anything was.</summary>
    bool TestAll(List<nint> requests)
    {
        bool isAny = false;
        Span<nint> open = CollectionsMarshal.AsSpan(requests);
        int kept = 0;
        for (int i = 0; i < open.Length; i++)
        {
            if (IsDone(ref open[i])) isAny = true;
            else open[kept++] = open[i];
        }
        requests.RemoveRange(kept, requests.Count - kept);
        return isAny;
    }
}
