namespace TripletGpu.Runner.Data;

/// <summary>Whole numbers whose partial sums are found and changed in logarithmic time (Fenwick 1994).</summary>
sealed class ShareTree
{
    readonly int[] values, sums;
    readonly int top;

    /// <param name="values">From 0; together at most 2^31 - 1.</param>
    public ShareTree(IReadOnlyList<int> values)
    {
        this.values = new int[values.Count];
        sums = new int[values.Count + 1];
        for (top = 1; 2 * top <= values.Count; top *= 2) { }
        for (int i = 0; i < values.Count; i++) Set(i, values[i]);
    }

    /// <summary>The sum of all.</summary>
    public int Total { get; private set; }

    /// <summary>Replaces a number.</summary>
    public void Set(int index, int value)
    {
        int change = value - values[index];
        if (change == 0) return;
        values[index] = value;
        Total = checked(Total + change);
        for (int i = index + 1; i < sums.Length; i += i & -i) sums[i] += change;
    }

    /// <summary>The first place whose sum with all before it is above <paramref name="below"/>.</summary>
    public int Find(int below)
    {
        int place = 0;
        for (int step = top; step > 0; step /= 2)
        {
            if (place + step >= sums.Length || sums[place + step] > below) continue;
            place += step;
            below -= sums[place];
        }
        return place;
    }
}
