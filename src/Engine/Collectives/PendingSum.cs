using System.Runtime.ExceptionServices;

namespace TripletGpu.Collectives;

/// <summary>A sum over ranks that may still be under way.</summary>
public sealed class PendingSum
{
    readonly ManualResetEventSlim? done;
    readonly Collective of;
    ExceptionDispatchInfo? failure;

    internal PendingSum(Collective of, bool isDone) =>
        (this.of, done) = (of, isDone ? null : new ManualResetEventSlim());

    /// <summary>Waits until the values are the sums.</summary>
    /// <exception cref="CollectiveException">Another rank has gone.</exception>
    public void Wait() => of.Wait(Finish);

    /// <summary>The same for who counts the time already.</summary>
    internal void Finish()
    {
        done?.Wait();
        failure?.Throw();
    }

    internal void Complete(Exception? with)
    {
        if (with is not null) failure = ExceptionDispatchInfo.Capture(with);
        done!.Set();
    }
}
