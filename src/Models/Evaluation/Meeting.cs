using TripletGpu.Collectives;

namespace TripletGpu.Models.Evaluation;

/// <summary>What processes that evaluate together agree on. Null for ranks: one process does it all.</summary>
public static class Meeting
{
    /// <summary>This rank's part of so many rows: from the first to the one behind its last.</summary>
    public static (int First, int End) Share(ICollective? ranks, int rows) => ranks is null ? (0, rows)
        : (Shares.First(rows, ranks.Rank, ranks.Size), Shares.First(rows, ranks.Rank + 1, ranks.Size));

    /// <summary>
    /// Gives up on every rank as soon as one was asked to: all call this at the same places, so that nobody waits for
    /// a rank that has gone.
    /// </summary>
    /// <exception cref="OperationCanceledException">A rank was asked to stop.</exception>
    public static void ThrowIfStopping(ICollective? ranks, CancellationToken stopping)
    {
        int[] asked = [stopping.IsCancellationRequested ? 1 : 0];
        ranks?.AllReduceMax<int>(asked);
        if (asked[0] != 0) throw new OperationCanceledException(stopping);
    }
}
