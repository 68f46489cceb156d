using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace TripletGpu.Collectives.Mpi;

/// <summary>
/// Ranks that MPI has started. Who waits for the others talks to them itself. A thread beside it takes what nobody
/// waits for yet from a queue, and tells the other ranks every second that this one lives, so that a rank that hangs is
/// found out while the others wait for it.
/// </summary>
public sealed class MpiCollective : Collective
{
    readonly BlockingCollection<Action> queue = [];
    // Without spinning: the thread beside would take the core from the work each time that it looks.
    readonly ManualResetEventSlim hurry = new(initialState: false, spinCount: 0);
    readonly Thread thread;
    readonly MpiLibrary library;
    MpiChannel? channel;
    Exception? failure;
    bool isDisposed;

    MpiCollective(MpiLibrary library)
    {
        this.library = library;
        using ManualResetEventSlim started = new();
        thread = new Thread(() => Work(started)) { IsBackground = true, Name = "MPI" };
        thread.Start();
        started.Wait();
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
        (Rank, Size) = (channel!.Rank, channel.Size);
    }

    /// <inheritdoc/>
    public override int Rank { get; }

    /// <inheritdoc/>
    public override int Size { get; }

    /// <summary>
    /// Told, on the thread beside, when another rank falls silent while this one waits for nobody; a rank that
    /// waits gets an exception instead.
    /// </summary>
    public Action<CollectiveException>? Lost { get; set; }

    /// <summary>The implementation and its version, in one line.</summary>
    public string Version => channel!.Version;

    /// <summary>Joins the ranks that an MPI launcher started together with this process.</summary>
    /// <exception cref="CollectiveException">MPI's library cannot be loaded or does not start.</exception>
    public static MpiCollective Join() => new(MpiLibrary.Load(MpiLaunch.IsOpenMpi));

    /// <inheritdoc/>
    public override void Abort(int code)
    {
        // The thread may be waiting for a rank that never comes, so it is told by a flag.
        channel!.RequestAbort(code);
        // MPI_Abort ends this process; if it does not, this does.
        if (Thread.CurrentThread == thread) channel.KeepAlive();
        else
        {
            queue.TryAdd(() => { });
            thread.Join(TimeSpan.FromSeconds(5));
        }
        Environment.Exit(code);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (isDisposed) return;
        isDisposed = true;
        queue.CompleteAdding();
        thread.Join();
        queue.Dispose();
        hurry.Dispose();
    }

    /// <inheritdoc/>
    protected override PendingSum Begin(Action work)
    {
        PendingSum pending = new(this, isDone: false, hurry);
        queue.Add(() =>
        {
            try
            {
                work();
                pending.Complete(null);
            }
            catch (Exception exception)
            {
                pending.Complete(exception);
            }
        });
        return pending;
    }

    private protected override void Exchange(List<Piece> send, List<Piece> receive)
    {
        if (Thread.CurrentThread == thread) channel!.Exchange(send, receive, MpiChannel.LaterTag, hurry);
        else channel!.Exchange(send, receive, MpiChannel.NowTag);
    }

    void Work(ManualResetEventSlim started)
    {
        try
        {
            channel = MpiChannel.Open(library);
        }
        catch (Exception exception)
        {
            failure = exception;
        }
        started.Set();
        if (channel is null) return;
        while (!queue.IsCompleted)
        {
            if (queue.TryTake(out Action? work, MpiChannel.BeatMilliseconds)) work();
            try
            {
                channel.KeepAlive();
            }
            catch (CollectiveException lost)
            {
                Lost?.Invoke(lost);
            }
        }
        try
        {
            channel.Close();
        }
        catch (CollectiveException)
        {
            // The results are there, and whoever goes now takes nothing with it.
        }
    }
}
