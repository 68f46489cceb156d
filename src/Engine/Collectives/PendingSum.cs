using System.Runtime.ExceptionServices;

namespace TripletGpu.Collectives;

/// <summary>A sum over ranks that may still be under way.</summary>
public sealed class PendingSum
{
    readonly ManualResetEventSlim? done, hurry;
    readonly Collective of;
    ExceptionDispatchInfo? failure;

    /// <param name="of">Counts the time of waiting.</param>
    /// <param name="isDone">Whether the values are the sums already.</param>
    /// <param name="hurry">Set while somebody waits.</param>
    internal PendingSum(Collective of, bool isDone, ManualResetEventSlim? hurry = null) =>
        (this.of, done, this.hurry) = (of, isDone ? null : new(initialState: false, spinCount: 0), hurry);

    /// <summary>Waits until the values are the sums.</summary>
    /// <exception cref="CollectiveException">Another rank has gone.</exception>
    public void Wait() => of.Wait(() =>
    {
        hurry?.Set();
        done?.Wait();
        hurry?.Reset();
        failure?.Throw();
    });

    internal void Complete(Exception? with)
    {
        if (with is not null) failure = ExceptionDispatchInfo.Capture(with);
        done!.Set();
    }
}
