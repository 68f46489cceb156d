namespace TripletGpu.Collectives;

/// <summary>Contiguous parts of a whole, one a rank, that differ by one at most.</summary>
public static class Shares
{
    /// <summary>Where a rank's part begins: <c>count * rank / size</c>, rounded down.</summary>
    public static int First(int count, int rank, int size) => (int)((long)count * rank / size);

    /// <summary>The length of each rank's part.</summary>
    public static int[] Counts(int count, int size)
    {
        int[] counts = new int[size];
        for (int rank = 0; rank < size; rank++) counts[rank] = First(count, rank + 1, size) - First(count, rank, size);
        return counts;
    }
}
