using System.Runtime.ExceptionServices;

namespace TripletGpu.Runner.Data;

/// <summary>
/// Prepares batches ahead on a thread of its own, in order, from a given position on without end. A few buffers go
/// round between the two threads, so that nothing is allocated from batch to batch.
/// </summary>
public sealed class BatchPrefetcher : IDisposable
{
    readonly IBatchSource source;
    readonly Queue<Batch> empty = [], ready = [];
    readonly Thread thread;
    BatchPosition next;
    Batch? lent;
    ExceptionDispatchInfo? failure;
    bool stopping;

    /// <param name="source">Makes the batches; used by the prefetcher's thread alone from now on.</param>
    /// <param name="start">The first batch.</param>
    /// <param name="ahead">How many batches may lie ready.</param>
    public BatchPrefetcher(IBatchSource source, BatchPosition start, int ahead = 3)
    {
        (this.source, next) = (source, start);
        // One more is in the consumer's hands.
        for (int i = 0; i <= ahead; i++) empty.Enqueue(source.CreateBatch());
        thread = new Thread(Prepare) { IsBackground = true, Name = "batches" };
        thread.Start();
    }

    /// <summary>
    /// The next batch, which is the caller's until the next call; then its buffers are used again. What went wrong
    /// while preparing it is thrown here, after the batches before it.
    /// </summary>
    public Batch Take()
    {
        lock (empty)
        {
            ObjectDisposedException.ThrowIf(stopping, this);
            if (lent is not null) empty.Enqueue(lent);
            lent = null;
            Monitor.PulseAll(empty);
            while (ready.Count == 0 && failure is null) Monitor.Wait(empty);
            if (ready.Count == 0) failure!.Throw();
            return lent = ready.Dequeue();
        }
    }

    /// <summary>Stops the thread and waits for it.</summary>
    public void Dispose()
    {
        lock (empty)
        {
            stopping = true;
            Monitor.PulseAll(empty);
        }
        thread.Join();
    }

    void Prepare()
    {
        try
        {
            while (EmptyBatch() is { } batch)
            {
                source.Fill(next, batch);
                next = next.Next(source.BatchesPerEpoch);
                lock (empty)
                {
                    ready.Enqueue(batch);
                    Monitor.PulseAll(empty);
                }
            }
        }
        catch (Exception e)
        {
            // Surfaces in Take, on the thread that can do something about it.
            lock (empty)
            {
                failure = ExceptionDispatchInfo.Capture(e);
                Monitor.PulseAll(empty);
            }
        }
    }

    Batch? EmptyBatch()
    {
        lock (empty)
        {
            while (empty.Count == 0 && !stopping) Monitor.Wait(empty);
            return stopping ? null : empty.Dequeue();
        }
    }
}
