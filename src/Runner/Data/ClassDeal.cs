using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Data;

/// <summary>
/// Deals classes out to the batches of an epoch, each as often as it has shares and never twice into one batch. A class
/// that must come in all batches left comes first; there are never more of those than a batch holds, as the shares left
/// add up to the places left. The others are drawn with chances in proportion to the shares that they have left. The
/// time of a draw grows with the logarithm of the number of classes.
/// </summary>
/// <param name="shares">In how many batches each class comes.</param>
/// <param name="batches">How many there are.</param>
/// <param name="random">Where the draws come from.</param>
sealed class ClassDeal(int[] shares, int batches, Philox random)
{
    readonly int[] left = [.. shares];
    readonly ShareTree chances = new(shares);
    // By shares left, the most first; a class's place is from before it was last drawn.
    readonly PriorityQueue<int, int> most = new(shares.Select((share, c) => (c, -share)));
    readonly List<int> taken = [];
    readonly HashSet<int> inBatch = [];
    int batchesLeft = batches + 1, spare;

    /// <summary>Begins the next batch.</summary>
    public void BeginBatch()
    {
        foreach (int c in taken)
        {
            chances.Set(c, left[c]);
            if (left[c] > 0) most.Enqueue(c, -left[c]);
        }
        taken.Clear();
        inBatch.Clear();
        batchesLeft--;
    }

    /// <summary>The next class of the batch.</summary>
    public int Next()
    {
        int c = Forced() ?? (chances.Total > 0 ? chances.Find(random.NextInt32(chances.Total)) : Spare());
        left[c] = Math.Max(0, left[c] - 1);
        chances.Set(c, 0);
        taken.Add(c);
        inBatch.Add(c);
        return c;
    }

    /// <summary>A class that must come in every batch left.</summary>
    int? Forced()
    {
        while (most.TryPeek(out int c, out int before) && -before >= batchesLeft)
        {
            most.Dequeue();
            if (inBatch.Contains(c) || left[c] == 0) continue;
            if (left[c] >= batchesLeft) return c;
            most.Enqueue(c, -left[c]);
        }
        return null;
    }

    /// <summary>Where classes that were cut to fit leave too few, one that has had its shares.</summary>
    int Spare()
    {
        do spare = (spare + 1) % left.Length;
        while (inBatch.Contains(spare));
        return spare;
    }
}
